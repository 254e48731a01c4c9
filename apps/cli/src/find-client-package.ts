import { createRequire } from "node:module";
import { join } from "node:path";

/** All share one `BlockRegistry`, so it is enough to name one that resolves; the lightest first. */
const clientPackages = ["@oomol/connect-core", "@oomol/connect-browser", "@oomol/connect-node"];

/**
 * The client package that files in a directory can import; `undefined` if none is installed there. Under pnpm this is
 * only a direct dependency of the project.
 */
export function findClientPackage(directory: string): string | undefined {
  const { resolve } = createRequire(join(directory, "file.js"));
  return clientPackages.find((name) => {
    try {
      return resolve(`${name}/package.json`);
    } catch {
      return false;
    }
  });
}
