import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = new URL("../../../../", import.meta.url);
const packages = ["apps/blocks", "apps/playground/test/fixtures/packages"];

/** The real Connect server with the repository's blocks and the fixtures; gone at the end of the scope. */
export async function startConnectServer(): Promise<AsyncDisposable & { url: string }> {
  const data = await mkdtemp(join(tmpdir(), "playground-"));
  const program = fileURLToPath(new URL("apps/server/src/cli.ts", repository));
  const directories = packages.flatMap((path) => ["--packages", fileURLToPath(new URL(path, repository))]);
  const args = ["--conditions=@oomol/source", program, ...directories, "--port", "0", "--data", data];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const url = await readyUrl(child);
  return {
    url,
    async [Symbol.asyncDispose]() {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
      await rm(data, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function readyUrl(child: ChildProcess): Promise<string> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The Connect server ended with ${code} before it was ready.`);
  });
  const [message] = await Promise.race([once(child, "message"), ended]);
  return (message as { url: string }).url;
}
