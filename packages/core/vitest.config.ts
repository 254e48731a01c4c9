import { defineProject } from "@oomol/tooling/define-project";

export default defineProject("core", {
  typecheck: { enabled: true, tsconfig: "./test/tsconfig.json", include: ["test/**/*.test-d.ts"] },
});
