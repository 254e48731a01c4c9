import { definePagePackage } from "@oomol/tooling/define-page-package";

export default definePagePackage({
  start: "src/client.ts",
  doors: { index: "src/index.ts", wire: "src/wire.ts", testing: "src/testing/index.ts" },
  laterDoors: {
    adapter: "src/adapter.ts",
    ai: "src/ai.ts",
    traces: "src/traces.ts",
    webhooks: "src/webhooks.ts",
  },
});
