import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** Where the tests' own build lies, so that they need no `pnpm build` before and disturb none. */
export const appDirectory = join(
  tmpdir(),
  `playground-app-${process.env.PLAYGROUND_TEST_RUN ?? process.pid}`,
);

export default async function setup(): Promise<() => Promise<void>> {
  process.env.PLAYGROUND_TEST_RUN ??= String(process.pid);
  // Vitest's own value would give React's slow, large build for development.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  await build({
    root: fileURLToPath(new URL("..", import.meta.url)),
    logLevel: "error",
    build: { outDir: appDirectory, emptyOutDir: true },
  });
  process.env.NODE_ENV = NODE_ENV;
  return () => rm(appDirectory, { recursive: true, force: true });
}
