import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The built playground: beside the built program, or in the workspace. `undefined` if it has not been built. */
export function findPlayground(): string | undefined {
  const candidates = ["./playground/", "../../../playground/dist/"];
  const directories = candidates.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return directories.find((directory) => existsSync(`${directory}index.html`));
}
