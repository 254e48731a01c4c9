import { definePackage } from "../../tsup.shared.ts";

export default definePackage({ entry: { index: "src/index.ts", proxy: "src/proxy/index.ts" } });
