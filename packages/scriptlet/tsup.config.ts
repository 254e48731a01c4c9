import { definePackage } from "../../tsup.shared.ts";

export default definePackage({
  entry: {
    index: "src/index.ts",
    wire: "src/wire/index.ts",
    testing: "src/testing/index.ts",
    cli: "src/cli.ts",
  },
  external: ["esbuild"],
});
