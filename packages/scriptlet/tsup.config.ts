import { definePackage } from "@oomol/tooling/define-package";

export default definePackage({
  entry: {
    index: "src/index.ts",
    wire: "src/wire/index.ts",
    testing: "src/testing/index.ts",
    cli: "src/cli.ts",
  },
  external: ["esbuild"],
});
