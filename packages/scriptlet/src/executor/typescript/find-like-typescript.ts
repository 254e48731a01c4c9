import { realpathSync, statSync } from "node:fs";
import { extname, join } from "node:path";

const extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"];

/** What a name may end with after the compiler, and what before it. */
const sourceExtensions: Record<string, string[]> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx", ".ts"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

/** The file that TypeScript finds under a path without an extension, with that of its output, or of a folder; its real path. */
export function findLikeTypeScript(path: string): string | undefined {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  const found = [
    ...(sourceExtensions[extension] ?? []).map((other) => stem + other),
    ...extensions.map((other) => path + other),
    ...extensions.map((other) => join(path, `index${other}`)),
  ].find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile());
  return found && realpathSync(found);
}
