import { createRequire } from "node:module";
import { join } from "node:path";

/** All share one `BlockRegistry`, so it is enough to name one that resolves; the lightest first. */
const clientPackages = ["@oomol/connect-core", "@oomol/connect-browser", "@oomol/connect-node"];

/**
 * The client's package as files in a directory can import it; `undefined` where none is installed there. Under pnpm that is
 * only what the project itself depends on.
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
