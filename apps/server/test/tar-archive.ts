/** An entry of a tar archive (POSIX.1-2024, pax, "ustar Interchange Format"), true or not. */
export interface TarEntry {
  name: string;
  body?: string;
  /** `0` a file, `1` a hard link, `2` a symbolic link, `3` a device, `5` a folder, `x` a pax header and so on. Default `0`. */
  type?: string;
  linkTo?: string;
  mode?: number;
  /** What the header says instead of the body's length. */
  claimedBytes?: number | undefined;
  hasWrongChecksum?: boolean | undefined;
}

/** An archive with these entries, however wrong they are: what other makers of archives would refuse to write. */
export function tarArchive(entries: readonly TarEntry[]): Buffer {
  const end = Buffer.alloc(1_024);
  return Buffer.concat([...entries.flatMap((entry) => [headerOf(entry), padded(entry.body ?? "")]), end]);
}

/** A pax header for the next entry, which may carry any name. */
export function paxHeader(fields: Readonly<Record<string, string | undefined>>): TarEntry {
  const body = Object.entries(fields)
    .map(([key, value]) => (value === undefined ? "" : paxRecord(` ${key}=${value}\n`)))
    .join("");
  return { name: "PaxHeader", type: "x", body };
}

/** The record begins with its own length. */
function paxRecord(rest: string): string {
  const restBytes = Buffer.byteLength(rest);
  let lengthBytes = restBytes + 1;
  while (restBytes + String(lengthBytes).length > lengthBytes) lengthBytes += 1;
  return `${lengthBytes}${rest}`;
}

function headerOf(entry: TarEntry): Buffer {
  const { name, body = "", type = "0", linkTo = "", mode = 0o644, hasWrongChecksum = false } = entry;
  const header = Buffer.alloc(512);
  const octal = (value: number, offset: number, length: number) =>
    header.write(value.toString(8).padStart(length - 1, "0"), offset, length - 1);
  header.write(name, 0, 100);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(entry.claimedBytes ?? Buffer.byteLength(body), 124, 12);
  octal(0, 136, 12);
  header.write("        ", 148);
  header.write(type, 156, 1);
  header.write(linkTo, 157, 100);
  header.write("ustar\x0000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, hasWrongChecksum ? 1 : 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

function padded(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}
