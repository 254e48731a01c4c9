import { defineProject } from "@oomol/tooling/define-project";
import { quick } from "./settings.mjs";

// Quick ones: they run again for every mutant. The others show the same over real sockets, at length.
export default defineProject("core", {
  include: [
    "test/{wait-loop,delay,retries,input-values,errors,decode-answer,redact,task-result,http,applets}.test.ts",
  ],
  ...quick,
});
