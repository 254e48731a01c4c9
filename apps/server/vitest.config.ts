import { defineProject } from "../../vitest.shared.ts";

export default defineProject("server", { globalSetup: "test/postgres-setup.ts", maxWorkers: 2 });
