import { defineProject } from "../../vitest.shared.ts";

// Quick ones that need no server: they run again for every mutant. The others show the same over real sockets.
export default defineProject("core", {
  include: ["test/{wait-loop,input-values}.test.ts"],
});
