import { definePackage } from "@oomol/tooling/define-package";

export default definePackage({
  entry: {
    index: "src/index.ts",
    adapter: "src/adapter.ts",
    wire: "src/wire/index.ts",
    testing: "src/testing/index.ts",
  },
});
