import { defineProject } from "@oomol/tooling/define-project";

// CommonJS defaults as Node gives them, not unwrapped: mqtt's client is one.
export default defineProject("scriptlet", { deps: { interopDefault: false } });
