import { definePackage } from "../../tsup.shared.ts";

export default definePackage({ entry: { cli: "src/cli.ts" }, dts: false });
