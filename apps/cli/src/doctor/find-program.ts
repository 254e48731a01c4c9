import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/**
 * The path of a program on the `PATH`, on Windows with any of its endings; `undefined` if it is not there. Never in the working
 * directory, which an empty entry, `.` and Windows itself mean: `which` looks there.
 */
export async function findProgram(
  name: string,
  path: string = process.env.PATH ?? "",
): Promise<string | undefined> {
  const endings = process.platform === "win32" ? (process.env.PATHEXT ?? ".EXE;.CMD").split(";") : [""];
  for (const directory of path.split(delimiter).filter((entry) => isAbsolute(entry))) {
    for (const file of endings.map((ending) => join(directory, name + ending))) {
      const isThere = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isThere) return file;
    }
  }
  return undefined;
}
