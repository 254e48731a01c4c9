import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { fixturePackages, TestClient } from "./open-test-server.ts";

const program = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

/** `connect-server` as a program of its own; killed at the end of the test where it still runs. */
export async function startProgram(
  args: readonly string[],
  { env = {}, before }: { env?: NodeJS.ProcessEnv; before?(child: ChildProcess): void } = {},
) {
  const child = fork(program, ["--packages", fixturePackages, "--port", "0", ...args], {
    execArgv: ["--conditions=@oomol/source"],
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
    },
  };
}

function collectOutput(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  return output;
}
