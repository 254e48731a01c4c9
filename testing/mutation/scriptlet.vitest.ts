import { defineProject } from "@oomol/tooling/define-project";
import { quick } from "./settings.mjs";

export default defineProject("scriptlet", {
  include: ["test/{outbox,codec,plain-json,queue}.test.ts"],
  ...quick,
});
