import { definePackage } from "../../tsup.shared.ts";

export default definePackage({
  entry: {
    index: "src/index.ts",
    adapter: "src/adapter.ts",
    wire: "src/wire/index.ts",
    testing: "src/testing/index.ts",
  },
});
