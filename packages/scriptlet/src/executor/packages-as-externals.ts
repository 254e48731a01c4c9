import { extname, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { ImportKind, OnResolveResult, Plugin } from "esbuild";

const alreadyAsked = Symbol("already asked");

/**
 * Leaves packages outside the bundle, resolved from the source rather than from the bundle. Anything that resolves
 * outside of `node_modules` (tsconfig paths, `#imports`, workspace sources) is the user's own code and is bundled.
 */
export const packagesAsExternals: Plugin = {
  name: "packages-as-externals",
  setup(build) {
    build.onResolve(
      { filter: /^[^./]/ },
      async ({ path, kind, importer, resolveDir, pluginData, ...rest }) => {
        if (kind === "entry-point" || pluginData === alreadyAsked || /^[A-Za-z]:[\\/]/.test(path))
          return undefined;
        // Never in a folder, always as they are.
        if (/^(node|data|https?|file):/.test(path)) return { path, external: true };
        const found = await build.resolve(path, {
          kind,
          importer,
          resolveDir,
          pluginData: alreadyAsked,
          with: rest.with,
        });
        if (found.errors.length > 0) return isOptional(kind) ? { path, external: true } : found;
        if (found.external || !isPackageFile(found.path)) return found;
        return { path: asSpecifier(found.path, kind), external: true } satisfies OnResolveResult;
      },
    );
  },
};

/** May be in a `try`, where only the run time tells. */
function isOptional(kind: ImportKind): boolean {
  return kind === "dynamic-import" || kind === "require-call" || kind === "require-resolve";
}

function isPackageFile(path: string): boolean {
  return (
    path.includes(`${sep}node_modules${sep}`) && [".js", ".mjs", ".cjs", ".node"].includes(extname(path))
  );
}

/** `require` takes paths, `import` takes URLs. */
function asSpecifier(path: string, kind: ImportKind): string {
  return kind === "require-call" || kind === "require-resolve" ? path : pathToFileURL(path).href;
}
