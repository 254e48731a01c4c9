import { defineConfig } from "vitest/config";

// Minutes long, many on a busy machine, and needs the registry: `pnpm check:artefacts`, beside `pnpm test`.
export default defineConfig({
  test: {
    name: "artefacts",
    include: ["*.test.ts"],
    pool: "forks",
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
