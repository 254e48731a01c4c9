import { defineConfig, type Options } from "tsup";

/**
 * How every published package is built: ESM for Node 22 and today's browsers, declarations beside it, one file per entry.
 * `node:` stays in front of builtins, so that a test can see which of them a bundle asks for.
 */
export function definePackage(options: Options) {
  return defineConfig({
    format: "esm",
    target: "es2023",
    dts: { compilerOptions: { customConditions: [], stripInternal: true, ignoreDeprecations: "6.0" } },
    clean: true,
    splitting: true,
    treeshake: true,
    removeNodeProtocol: false,
    ...options,
  });
}
