import { defineProject } from "../vitest.shared.ts";

export default defineProject("tests", { testTimeout: 60_000 });
