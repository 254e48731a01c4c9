import { closeSync, openSync, readSync } from "node:fs";

/** A short file that stays open: to read it again takes a quarter to a third of the time that opening it anew takes. */
export interface OpenFile {
  /**
   * The first 2,048 bytes as they are now, a character for each; empty if the file was not there, what it tells of is gone, or
   * somebody has closed it.
   */
  read(): string;
  close(): void;
}

export function keepOpen(path: string): OpenFile {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
  } catch {
    // It reads as empty.
  }
  return {
    read() {
      try {
        return file === undefined
          ? ""
          : bytes.toString("latin1", 0, readSync(file, bytes, 0, bytes.length, 0));
      } catch {
        return "";
      }
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

const bytes = Buffer.alloc(2_048);
