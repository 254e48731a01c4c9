import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fixturePackages, makeDataDirectory, TestClient } from "./open-test-server.ts";

const source = { program: "../src/cli.ts", execArgv: ["--conditions=@oomol/source"] };
const built = { program: "../dist/cli.js", execArgv: [] };

export interface StartOptions {
  env?: NodeJS.ProcessEnv;
  /** Starts what was built into `dist`, as users do, not the sources. */
  isBuilt?: boolean;
  /** Of this clone of the repository, which is built; of our own by default. */
  clone?: string | undefined;
  before?(child: ChildProcess): void;
}

/** `connect-server` as a program of its own; killed at the end of the test where it still runs. */
export async function startProgram(
  args: readonly string[],
  { env = {}, isBuilt = false, clone, before }: StartOptions = {},
) {
  const { program, execArgv } = isBuilt || clone !== undefined ? built : source;
  const folder = clone === undefined ? import.meta.url : pathToFileURL(join(clone, "apps/server/test/"));
  const path = fileURLToPath(new URL(program, folder));
  // Never the data of whoever runs the tests.
  const data = await makeDataDirectory();
  const child = fork(path, ["--packages", fixturePackages, "--port", "0", "--data", data.path, ...args], {
    execArgv,
    env: { ...process.env, ...env },
    silent: true,
  });
  before?.(child);
  const output = collectOutput(child);
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const ready = once(child, "message").then(
    ([message]) => message as { type: string; url: string; playgroundUrl?: string },
  );
  const first = await Promise.race([ready, exited]);
  const message = typeof first === "object" && first !== null ? first : undefined;
  return {
    child,
    exited,
    output,
    message,
    client: new TestClient(message?.url ?? "http://no-server.invalid"),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
      await data[Symbol.asyncDispose]();
    },
  };
}

function collectOutput(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  return output;
}
