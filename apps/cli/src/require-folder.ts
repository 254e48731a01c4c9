import { stat } from "node:fs/promises";
import { UsageError } from "./exit-codes.ts";

/** @throws {@link UsageError} with this advice if there is no such folder. */
export async function requireFolder(directory: string, advice: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new UsageError(`${directory} ${found ? "is no folder" : "does not exist"}; ${advice}.`);
}
