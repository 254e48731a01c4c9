import { defineProject, sourceCondition } from "../../../vitest.shared.ts";

// Vitest hands these conditions to Node, and under "import" yazl's require() would get an ES module.
export default { ...defineProject("pkg"), ssr: { resolve: { conditions: [sourceCondition, "node"] } } };
