import { defineConfig } from "vitest/config";

// `npx vitest` at the root runs every package's tests in one watcher; `pnpm test` runs them per package, cached.
export default defineConfig({
  test: { projects: ["packages/*", "apps/{cli,playground,server}", "apps/blocks/*", "tests"] },
});
