import { fileURLToPath } from "node:url";
import { defineProject } from "@oomol/tooling/define-project";

const chromiumSetup = fileURLToPath(import.meta.resolve("@oomol/test-helpers/chromium-setup"));

export default defineProject("playground", {
  globalSetup: ["test/build-app.ts", chromiumSetup],
  maxWorkers: 2,
  testTimeout: 60_000,
  hookTimeout: 60_000,
});
