import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { root } from "./published-packages.ts";

/** A Connect server from source, on a free port, with data of its own; `packages` are directories of packages. */
export async function startGuideServer(
  packages: readonly string[],
): Promise<AsyncDisposable & { url: string }> {
  const data = await mkdtemp(join(tmpdir(), "oomol-guide-"));
  const args = [...packages.flatMap((directory) => ["--packages", directory]), "--port", "0", "--data", data];
  const child = fork(join(root, "apps/server/src/cli.ts"), args, {
    execArgv: ["--conditions=@oomol/source"],
    silent: true,
  });
  child.stdout?.resume();
  const said = child.stderr ? text(child.stderr) : Promise.resolve("");
  const exited = once(child, "exit");
  const failed = exited.then(async () => {
    throw new Error(`the server ended before it was ready: ${await said}`);
  });
  failed.catch(() => undefined);
  const [message] = await Promise.race([once(child, "message"), failed]);
  return {
    url: (message as { url: string }).url,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await exited;
      await rm(data, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
