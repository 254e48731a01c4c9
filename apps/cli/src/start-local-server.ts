import { spawn } from "node:child_process";
import { createRequire } from "node:module";

/** A server in a process of its own. */
export interface LocalServer extends AsyncDisposable {
  /** What a client takes as `baseUrl`. */
  baseUrl: string;
}

/** The command that starts the server program: this Node, with the flags that it was started with. */
export function serverProgram(): [command: string, ...args: string[]] {
  // Two processes cannot share an inspector's port.
  const nodeFlags = process.execArgv.filter((flag) => !flag.startsWith("--inspect"));
  const program = createRequire(import.meta.url).resolve("@oomol/connect-server/program");
  return [process.execPath, ...nodeFlags, program];
}

/**
 * Starts a server on a free loopback port and waits until it listens. It ends with this process, whatever happens to it:
 * the server leaves when the channel between them closes.
 *
 * @param flags Flags of `connect-server` beside `--port`.
 */
export async function startLocalServer(flags: readonly string[]): Promise<LocalServer> {
  const [command, ...args] = serverProgram();
  const child = spawn(command, [...args, "--port", "0", ...flags], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let complaints = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const baseUrl = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The server ended with ${code}: ${complaints.trim()}`)));
    child.on("message", (message: { type?: string; url?: string }) => {
      if (message.type === "ready" && message.url) resolve(message.url);
    });
  });
  return {
    baseUrl,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
