import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";

/** The condition under which workspace packages resolve to their sources, so that tests need no build. */
const sourceCondition = "@oomol/source";

/** The oldest supported Node.js cannot run our sources without help; what is published it can. */
const isOlderNode = !("AsyncDisposableStack" in globalThis);
const olderNode = new URL("./older-node.mjs", import.meta.url).href;

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Vitest keeps where imports lead, whatever becomes of the `exports` of the package that they name (findings/vitest-cache-keeps-old-exports.sh).
 * So each state of our manifests has a cache of its own.
 */
function moduleCachePath(): string {
  const digest = createHash("sha256");
  for (const room of ["packages", "apps", "testing"]) {
    for (const name of readdirSync(join(root, room)).toSorted()) {
      const manifest = join(root, room, name, "package.json");
      if (existsSync(manifest)) digest.update(readFileSync(manifest));
    }
  }
  return join(root, "node_modules/.vitest-cache", digest.digest("hex").slice(0, 16));
}

/** One package's test project: its own name, siblings read from source, and no test may print. */
export function defineProject(name: string, overrides: ViteUserConfig["test"] = {}): ViteUserConfig {
  return defineConfig({
    resolve: { conditions: [sourceCondition] },
    // Vitest hands these to Node as well, so that programs that tests start resolve siblings to their sources too.
    ssr: { resolve: { conditions: [sourceCondition, "node"] } },
    test: {
      name,
      include: ["test/**/*.test.ts"],
      pool: "forks",
      fsModuleCachePath: moduleCachePath(),
      // Two on two cores, where the default is one: most of a test is waiting.
      maxWorkers: Math.max(2, Math.ceil(availableParallelism() / 2)),
      // Programs that tests start from source need not be compiled again each time.
      env: {
        NODE_COMPILE_CACHE: fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url)),
        ...(isOlderNode && { NODE_OPTIONS: `--import=${olderNode}` }),
      },
      runner: fileURLToPath(new URL("./skip-without-program.ts", import.meta.url)),
      reporters: ["default", fileURLToPath(new URL("./test-report.ts", import.meta.url))],
      setupFiles: [fileURLToPath(new URL("./fail-on-printing.ts", import.meta.url))],
      // Generous: a busy machine must not fail a test. What is fast is shown by benches.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      expect: { poll: { timeout: 20_000 } },
      ...overrides,
    },
  });
}
