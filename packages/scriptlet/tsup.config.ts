import { definePackage } from "@oomol/tooling/define-package";

export default definePackage({
  entry: {
    index: "src/index.ts",
    wire: "src/wire/index.ts",
    testing: "src/testing/index.ts",
    cli: "src/cli.ts",
    "describe-block": "src/executor/describe-block.ts",
    // For other threads and processes of the executor, not for anybody's imports.
    "load-typescript": "src/executor/typescript/load-typescript.ts",
    "bound-worker-output": "src/executor/bound-worker-output.ts",
  },
  external: ["esbuild"],
});
