import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { extract, type ReadEntry, type Unpack } from "tar";

export interface UnpackOptions {
  /** `ALGORITHM-BASE64`, several with spaces between them. */
  integrity: string;
  /** Of all files together. */
  limitBytes: number;
  signal: AbortSignal;
}

/** Unpacks the archive of a package into a folder; throws if its content does not have the checksum, or is too much. */
export async function unpackArchive(
  archive: AsyncIterable<Buffer>,
  directory: string,
  { integrity, limitBytes, signal }: UnpackOptions,
): Promise<void> {
  const expected = strongest(integrity);
  const hash = createHash(expected.algorithm);
  const tooMuch = new AbortController();
  let sizeBytes = 0;
  let entries = 0;
  await mkdir(directory, { recursive: true });
  const extractor = extract({
    cwd: directory,
    strip: 1,
    noChmod: true,
    noMtime: true,
    preserveOwner: false,
    umask: 0o7022,
    filter(_path, given) {
      const entry = given as ReadEntry; // it is what is unpacked
      if (entry.type !== "File" && entry.type !== "OldFile" && entry.type !== "ContiguousFile") {
        return entry.type === "Directory";
      }
      sizeBytes += entry.size;
      entries += 1;
      if (sizeBytes > limitBytes || entries > maxEntries) {
        tooMuch.abort(new Error(tooLarge(limitBytes)));
        return false;
      }
      // No file that others write, or that runs as its owner.
      entry.mode = ((entry.mode ?? 0) & 0o755) | 0o644;
      return true;
    },
  });
  const stop = AbortSignal.any([signal, tooMuch.signal]);
  await feed(extractor, hashed(archive, hash), stop);
  if (hash.digest("base64") !== expected.digest) {
    throw new Error(`its content does not have the checksum (${expected.algorithm}) that the registry names`);
  }
}

/** Resolves when all of it is on the disk. The extractor is no stream of Node's, whose `pipeline` would wait for ever for a broken one. */
async function feed(extractor: Unpack, chunks: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const unpacked = new Promise<void>((resolve, reject) => {
    extractor.once("close", resolve);
    extractor.on("error", reject);
    signal.addEventListener("abort", () => reject(signal.reason), { signal: over.signal });
    if (signal.aborted) reject(signal.reason);
  });
  const write = async () => {
    for await (const chunk of chunks) {
      if (over.signal.aborted) return;
      if (!extractor.write(chunk)) await once(extractor, "drain", { signal: over.signal });
    }
    extractor.end();
  };
  const writing = write();
  writing.catch(() => undefined); // whichever fails first tells
  try {
    await Promise.race([unpacked, writing.then(() => unpacked)]);
  } finally {
    unpacked.catch(() => undefined);
    over.abort();
  }
}

const maxEntries = 100_000;

export function tooLarge(limitBytes: number): string {
  const mebibytes = Math.round((limitBytes / 2 ** 20) * 100) / 100;
  return `it has more than ${mebibytes} MiB or ${maxEntries} files, which is what an install may take (--install-limit-mb)`;
}

function strongest(integrity: string): { algorithm: string; digest: string } {
  const parts = integrity.split(/\s+/).map((part) => {
    const [algorithm = "", digest = ""] = part.split(/-(.*)/s);
    return { algorithm, digest: digest.split("?")[0] ?? "" };
  });
  for (const algorithm of ["sha512", "sha384", "sha256", "sha1"]) {
    const found = parts.find((part) => part.algorithm === algorithm);
    if (found) return found;
  }
  throw new Error(`the registry names no checksum that is known here ("${integrity}")`);
}

async function* hashed(chunks: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer, void> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
