import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { fixturePackages, makeDataDirectory, TestClient } from "../open-test-server.ts";
import { makeTestDatabase } from "./test-database.ts";

const program = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

/** One process of a cluster; killed at the end of the test where it still runs. */
export interface ClusterProcess {
  child: ChildProcess;
  client: TestClient;
  exited: Promise<number | null>;
  output: { stdout: string; stderr: string };
}

/** `connect-server api` and `connect-server worker` as programs, on a database and a shared folder of their own. */
export async function startProcesses({ apis, workers }: { apis: number; workers: number }) {
  const database = await makeTestDatabase();
  const files = await makeDataDirectory();
  const env = { ...process.env, OOMOL_CONNECT_DATABASE: database.url, OOMOL_CONNECT_FILES: files.path };
  const all: ClusterProcess[] = [];
  const start = async (command: string, flags: string[]) => {
    const started = await startOne([command, ...flags], env);
    all.push(started);
    return started;
  };
  const startApi = () => start("api", ["--port", "0", "--lost-after-seconds", "10"]);
  const startWorker = () =>
    start("worker", ["--packages", fixturePackages, "--concurrency", "2", "--spare-executors", "0"]);
  const [startedApis, startedWorkers] = await Promise.all([
    Promise.all(Array.from({ length: apis }, startApi)),
    Promise.all(Array.from({ length: workers }, startWorker)),
  ]);
  return {
    ...{ database, apis: startedApis, workers: startedWorkers, startApi, startWorker },
    async [Symbol.asyncDispose]() {
      for (const { child } of all) child.kill("SIGKILL");
      await Promise.all(all.map(({ exited }) => exited));
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
}

async function startOne(args: readonly string[], env: NodeJS.ProcessEnv): Promise<ClusterProcess> {
  const child = fork(program, args, { execArgv: ["--conditions=@oomol/source"], env, silent: true });
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const ready = once(child, "message").then(([message]) => message as { url?: string });
  const first = await Promise.race([ready, exited]);
  if (typeof first !== "object" || first === null)
    throw new Error(`${args.join(" ")} ended: ${output.stderr}`);
  return { child, exited, output, client: new TestClient(first.url ?? "http://no-server.invalid") };
}
