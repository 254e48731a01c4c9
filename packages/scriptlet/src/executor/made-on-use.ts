import { mkdirSync } from "node:fs";

/** The same folders, each created when its path is first read: most blocks write no files. */
export function madeOnUse<Names extends string>(directories: Record<Names, string>): Record<Names, string> {
  const made = {} as Record<Names, string>;
  for (const name of Object.keys(directories) as Names[]) {
    const path = directories[name];
    let isMade = false;
    Object.defineProperty(made, name, {
      enumerable: true,
      get() {
        if (!isMade) mkdirSync(path, { recursive: true });
        isMade = true;
        return path;
      },
    });
  }
  return made;
}
