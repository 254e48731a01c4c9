import { defineProject } from "@oomol/tooling/define-project";

export default defineProject("playground", {
  globalSetup: ["test/build-app.ts"],
  maxWorkers: 2,
  testTimeout: 60_000,
  hookTimeout: 60_000,
});
