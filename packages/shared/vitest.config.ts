import { defineProject } from "@oomol/tooling/define-project";

export default defineProject("shared");
