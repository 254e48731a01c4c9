import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { ownNodeFlags } from "./own-node-flags.ts";

/** A server in a process of its own. */
export interface LocalServer extends AsyncDisposable {
  /** The client's `baseUrl`. */
  baseUrl: string;
  /** The address of the playground; `undefined` if it has not been built. */
  playgroundUrl: string | undefined;
}

/** The command that starts the server program: this Node, with its own flags. */
export function serverProgram(): [command: string, ...args: string[]] {
  const program = createRequire(import.meta.url).resolve("@oomol/connect-server/program");
  return [process.execPath, ...ownNodeFlags(), program];
}

/**
 * Starts a server on a free loopback port and waits until it listens. It ends with this process in any case:
 * the server exits when the channel between them closes.
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
  const ready = await new Promise<ReadyMessage>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`The server did not start: ${complaints.trim() || `it ended with code ${code}`}`)),
    );
    child.on("message", (message: ReadyMessage) => {
      if (message.type === "ready") resolve(message);
    });
  });
  return {
    baseUrl: ready.url,
    playgroundUrl: ready.playgroundUrl,
    async [Symbol.asyncDispose]() {
      // It then exits in good order, also on Windows, which has no signals.
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** The server's message to the program that started it. */
interface ReadyMessage {
  type: string;
  url: string;
  playgroundUrl?: string;
}
