import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, parse } from "node:path";
import { InvalidInputError } from "@oomol/connect-core";

/** What to do if a file exists. */
export type IfExists = "refuse" | "replace" | "number";

/**
 * Gives a whole file its name, and never overwrites one that has appeared meanwhile unless told to. Resolves to its path.
 *
 * @throws {@link InvalidInputError} if the file exists and is not to be replaced.
 */
export async function publishFile(partial: string, target: string, ifExists: IfExists): Promise<string> {
  if (ifExists === "replace") {
    await rename(partial, target);
    return target;
  }
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? target : numbered(target, number);
    if (await claim(candidate)) {
      await rename(partial, candidate).catch(async (failure) => {
        await rm(candidate, { force: true });
        throw failure;
      });
      return candidate;
    }
    if (ifExists === "refuse") throw refuseTaken(target);
  }
}

/** Creates the file if there is none: of two who want the name, one gets it. */
async function claim(path: string): Promise<boolean> {
  try {
    await (await open(path, "wx")).close();
    return true;
  } catch (failure) {
    if (failure instanceof Error && Reflect.get(failure, "code") === "EEXIST") return false;
    throw failure;
  }
}

function numbered(path: string, number: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name} (${number})${ext}`);
}

/** The error of a name that is taken. */
export function refuseTaken(path: string): InvalidInputError {
  const advice = 'Pass { ifExists: "replace" } to overwrite it, or "number" for a name beside it.';
  return new InvalidInputError("to", `"${basename(path)}" exists in ${dirname(path)}. ${advice}`);
}
