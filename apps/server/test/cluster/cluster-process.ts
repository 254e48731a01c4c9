import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { TestClient } from "../open-test-server.ts";

const program = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

/** One process of a cluster. */
export interface ClusterProcess {
  child: ChildProcess;
  client: TestClient;
  /** With its exit code; `null` where a signal ended it. */
  exited: Promise<number | null>;
  output: { stdout: string; stderr: string };
  /** False where it ended before it was ready. */
  isReady: boolean;
}

/** Starts `connect-server` with a command line, and waits until it is ready or has ended. */
export async function startClusterProcess(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ClusterProcess> {
  const child = fork(program, args, { execArgv: ["--conditions=@oomol/source"], env, silent: true });
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const exited = once(child, "close").then(([code]) => code as number | null);
  const ready = once(child, "message").then(([message]) => message as { url?: string });
  const first = await Promise.race([ready, exited]);
  const isReady = typeof first === "object" && first !== null;
  const url = (isReady ? first.url : undefined) ?? "http://no-server.invalid";
  return { child, exited, output, isReady, client: new TestClient(url) };
}
