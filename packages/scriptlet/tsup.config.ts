import { definePackage } from "../../tsup.shared.ts";

export default definePackage({
  entry: {
    index: "src/index.ts",
    wire: "src/wire/index.ts",
    testing: "src/testing/index.ts",
    cli: "src/cli.ts",
  },
  // One file to read at start: the engine waits for readiness.
  noExternal: ["mqtt"],
  external: ["esbuild"],
  // mqtt is CommonJS and asks for Node's builtins with require.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});
