import { definePackage } from "@oomol/tooling/define-package";

export default definePackage({ entry: { cli: "src/cli.ts" }, dts: false });
