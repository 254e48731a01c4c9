import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/**
 * The first program of that name on the `PATH`; on Windows with any of the endings that programs have there. Never one of
 * the working directory, which an empty entry, `.` and Windows itself mean: `which` looks there.
 */
export async function findProgram(
  name: string,
  path: string = process.env.PATH ?? "",
): Promise<string | undefined> {
  const names = programEndings().map((ending) => `${name}${ending}`);
  for (const directory of path.split(delimiter).filter((entry) => isAbsolute(entry))) {
    for (const file of names.map((candidate) => join(directory, candidate))) {
      const isThere = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isThere) return file;
    }
  }
  return undefined;
}

function programEndings(): string[] {
  if (process.platform !== "win32") return [""];
  return (process.env.PATHEXT ?? ".COM;.EXE;.BAT;.CMD").toLowerCase().split(";").filter(Boolean);
}
