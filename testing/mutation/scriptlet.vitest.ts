import { defineProject } from "../../vitest.shared.ts";
import { endsSoon } from "./settings.mjs";

export default defineProject("scriptlet", {
  include: ["test/{outbox,codec,plain-json,queue}.test.ts"],
  ...endsSoon,
});
