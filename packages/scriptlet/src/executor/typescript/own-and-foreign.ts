import { extname, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { ImportKind, OnResolveResult, Plugin } from "esbuild";
import type { Links } from "./build.ts";

const alreadyAsked = Symbol("already asked");

/**
 * Tells the author's own files from those of packages, which stay as they are. Anything that resolves outside of `node_modules`
 * (tsconfig paths, `#imports`, workspace sources) is the author's own. What a name of a package means is told to `found`.
 */
export function ownAndForeign(
  found: (importer: string, kind: keyof Links, name: string, path: string) => void,
): Plugin {
  return {
    name: "own-and-foreign",
    setup(build) {
      // Node.js alone can load them, if there is such a file at all.
      build.onResolve({ filter: /\.(node|wasm)$/ }, ({ path, kind }) =>
        kind === "entry-point" ? undefined : { path, external: true },
      );
      build.onResolve(
        { filter: /^[^./]/ },
        async ({ path, kind, importer, resolveDir, pluginData, ...rest }) => {
          if (kind === "entry-point" || pluginData === alreadyAsked || /^[A-Za-z]:[\\/]/.test(path))
            return undefined;
          // Never in a folder, always as they are.
          if (/^(node|data|https?|file):/.test(path)) return { path, external: true };
          const resolved = await build.resolve(path, {
            kind,
            importer,
            resolveDir,
            pluginData: alreadyAsked,
            with: rest.with,
          });
          if (resolved.errors.length > 0) return isOptional(kind) ? { path, external: true } : resolved;
          if (resolved.external || !isPackageFile(resolved.path)) return resolved;
          found(importer, linkKind(kind), path, resolved.path);
          return { path: pathToFileURL(resolved.path).href, external: true } satisfies OnResolveResult;
        },
      );
    },
  };
}

/** Whether a `require` or an `import` has said a name. */
export function linkKind(kind: ImportKind): keyof Links {
  return kind === "require-call" || kind === "require-resolve" ? "requires" : "imports";
}

/** May be in a `try`, where only the run time tells. */
function isOptional(kind: ImportKind): boolean {
  return kind === "dynamic-import" || kind === "require-call" || kind === "require-resolve";
}

function isPackageFile(path: string): boolean {
  return path.includes(`${sep}node_modules${sep}`) && [".js", ".mjs", ".cjs"].includes(extname(path));
}
