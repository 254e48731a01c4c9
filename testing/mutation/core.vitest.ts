import { defineProject } from "../../vitest.shared.ts";

// Without those that start programs or a thousand runs: they would be run again for every mutant.
export default defineProject("core", {
  include: ["test/{fuzz,waits,errors,input-values,redact}.test.ts"],
});
