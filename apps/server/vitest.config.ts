import { defineProject } from "../../vitest.shared.ts";

// Three: some files wait for seconds until a worker counts as lost.
export default defineProject("server", { globalSetup: "test/postgres-setup.ts", maxWorkers: 3 });
