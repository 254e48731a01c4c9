import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, extname } from "node:path";
import { type PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { readBytes } from "./read-bytes.ts";

export interface ArchiveMember {
  path: string;
  sizeBytes: number;
}

/** Packs files into a ZIP, one after another in flat memory; `onBytes` hears of each piece read. */
export async function writeArchive(
  archivePath: string,
  members: ArchiveMember[],
  onBytes: (bytes: number) => void,
): Promise<void> {
  const zip = new ZipFile();
  // Its type leaves out what only a whole stream can do.
  const output = zip.outputStream as PassThrough;
  const fail = (error: Error) => output.destroy(error);
  zip.on("error", fail);
  let reading: Readable | undefined;
  const names = uniqueNames(members.map(({ path }) => basename(path)));
  for (const [index, { path, sizeBytes }] of members.entries()) {
    const options = { size: sizeBytes };
    zip.addReadStreamLazy(names[index] ?? path, options, (use) => {
      reading = Readable.from(readBytes(path, onBytes), { objectMode: false }).on("error", fail);
      use(null, reading);
    });
  }
  zip.end();
  try {
    await pipeline(output, createWriteStream(archivePath, { flags: "wx" }));
  } catch (error) {
    // Nobody else closes the file that is being read.
    reading?.destroy();
    await rm(archivePath, { force: true });
    throw error;
  }
}

/** `a.txt`, `a (2).txt`, …; also apart on disks that do not tell upper from lower case. */
function uniqueNames(names: string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    // In an archive these would make a path of the name.
    const plainName = name.replace(/[\\:]/g, "_");
    const extension = extname(plainName);
    const stem = plainName.slice(0, plainName.length - extension.length);
    let unique = plainName;
    for (let count = 2; taken.has(unique.toLowerCase()); count++) unique = `${stem} (${count})${extension}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}
