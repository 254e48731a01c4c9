import { defineConfig } from "vitest/config";

// Minutes long, and needs the registry: `pnpm check:artefacts`, beside `pnpm test`.
export default defineConfig({
  test: {
    name: "artefacts",
    include: ["*.test.ts"],
    pool: "forks",
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});
