import { defineProject } from "../../vitest.shared.ts";

export default defineProject("scriptlet", {
  include: ["test/{outbox,codec,queue,fuzz}.test.ts"],
});
