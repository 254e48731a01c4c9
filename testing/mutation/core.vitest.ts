import { defineProject } from "../../vitest.shared.ts";
import { quick } from "./settings.mjs";

// Quick ones that need no server: they run again for every mutant. The others show the same over real sockets.
export default defineProject("core", {
  include: ["test/{wait-loop,delay,retries,input-values,errors,decode-answer,redact,task-result}.test.ts"],
  ...quick,
});
