import { defineConfig, type Options } from "tsup";

interface PackageOptions extends Options {
  /** What declarations are made for, where that is not every entry. */
  dtsEntry?: Record<string, string>;
}

/**
 * How every published package is built: ESM for Node 22 and today's browsers, declarations beside it, one file per entry.
 * `node:` stays in front of builtins, so that a test can see which of them a bundle asks for.
 */
export function definePackage({ dtsEntry, ...options }: PackageOptions) {
  return defineConfig({
    format: "esm",
    target: "es2023",
    dts: {
      ...(dtsEntry && { entry: dtsEntry }),
      compilerOptions: { customConditions: [], stripInternal: true, ignoreDeprecations: "6.0" },
    },
    clean: true,
    splitting: true,
    treeshake: true,
    removeNodeProtocol: false,
    ...options,
  });
}
