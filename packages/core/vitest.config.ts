import { defineProject } from "../../vitest.shared.ts";

export default defineProject("core", {
  typecheck: { enabled: true, tsconfig: "./test/tsconfig.json", include: ["test/**/*.test-d.ts"] },
});
