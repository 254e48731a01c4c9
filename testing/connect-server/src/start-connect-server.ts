import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";

const repository = new URL("../../../", import.meta.url);

/** The real Connect server in a process of its own, for tests; gone at the end of the scope. */
export interface StartedConnectServer extends AsyncDisposable {
  /** What a client takes as `baseUrl`. */
  url: string;
  /** Where it keeps tasks, logs and files. */
  dataDirectory: string;
}

export interface ConnectServerSettings {
  /** Folders of packages; relative paths start at the root of the repository. Default `apps/blocks`. */
  packages?: readonly string[];
  /** More flags of `connect-server`. */
  flags?: readonly string[];
  /** A folder of the test's own for tasks, logs and files, which stays. Default: one that goes with the server. */
  data?: string;
  /** What callers must send as `Authorization`. Default: nothing. */
  token?: string;
}

/** Starts the server from its sources, on a free port and with data of its own. */
export async function startConnectServer({
  packages = ["apps/blocks"],
  flags = [],
  data: kept,
  token = "",
}: ConnectServerSettings = {}): Promise<StartedConnectServer> {
  const data = kept === undefined ? await createTemporaryFolder() : undefined;
  const dataDirectory = kept ?? data?.path ?? "";
  const program = fileURLToPath(new URL("apps/server/src/cli.ts", repository));
  const directories = packages.flatMap((path) => ["--packages", fileURLToPath(new URL(path, repository))]);
  const own = ["--port", "0", "--data", dataDirectory];
  const args = ["--conditions=@oomol/source", program, ...directories, ...own, ...flags];
  const env = { ...process.env, OOMOL_CONNECT_SERVER_TOKENS: token };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const url = await readyUrl(child);
  return {
    url,
    dataDirectory,
    async [Symbol.asyncDispose]() {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
      await data?.[Symbol.asyncDispose]();
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
