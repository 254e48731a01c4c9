import { type Dirent, readdirSync } from "node:fs";

/** What a folder lists; nothing if it is none, is gone meanwhile, or is not for us to read. */
export function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
