import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Where on the `PATH` a program is; `undefined` where it is not. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(directory, name);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}
