import { definePackage } from "@oomol/tooling/define-package";

export default definePackage({ entry: { index: "src/index.ts", proxy: "src/proxy/index.ts" } });
