import { defineProject } from "@oomol/tooling/define-project";

export default defineProject("server", { globalSetup: "test/postgres-setup.ts", maxWorkers: 2 });
