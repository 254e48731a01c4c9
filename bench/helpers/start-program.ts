import { fork } from "node:child_process";
import { once } from "node:events";

/** A program of its own that has said, in its first message to the parent, where it listens. */
export interface StartedProgram extends AsyncDisposable {
  pid: number;
  url: string;
}

/** Starts a program and waits until it listens: it sends its address, or an object with it as `url`. */
export async function startProgram(path: string, args: readonly string[] = []): Promise<StartedProgram> {
  const child = fork(path, args, { silent: true });
  let said = "";
  child.stdout?.resume();
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
  const exited = once(child, "exit");
  const first = await Promise.race([once(child, "message"), exited.then(() => undefined)]);
  if (first === undefined) throw new Error(`${path} ended before it listened: ${said}`);
  const [message] = first as [string | { url: string }];
  return {
    pid: child.pid ?? 0,
    url: typeof message === "string" ? message : message.url,
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
    },
  };
}
