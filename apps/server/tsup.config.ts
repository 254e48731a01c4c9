import { cp } from "node:fs/promises";
import { definePackage } from "@oomol/tooling/define-package";

export default definePackage({
  entry: {
    cli: "src/cli.ts",
    "rehearsal-block": "src/engine/spares/rehearsal-block.ts",
    "shell-block": "src/engine/executor/shell-block.ts",
    "request-thread": "src/http/request-thread.ts",
  },
  // Nobody imports the others: executors run the blocks, a thread the last.
  dtsEntry: { cli: "src/cli.ts" },
  // The web app travels with the server that shows it.
  onSuccess: () => cp("../playground/dist", "dist/playground", { recursive: true }),
});
