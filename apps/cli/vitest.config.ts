import { defineProject } from "../../vitest.shared.ts";

export default defineProject("cli", { maxWorkers: 2 });
