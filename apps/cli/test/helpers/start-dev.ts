import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import { cliFile, ownSettings } from "./run-program.ts";

/** `oomol-connect dev --json` with its events. */
export interface Dev extends AsyncDisposable {
  child: ChildProcess;
  /** The next event that is not the last one again: one save may be seen as two changes. Undefined after the last. */
  next(): Promise<unknown>;
}

/** Starts `oomol-connect dev` on a free port, ended with Ctrl-C when it is disposed of. */
export function startDev(directory: string, flags: readonly string[], stdin = ""): Dev {
  const args = ["dev", directory, "--port", "0", "--json", ...flags];
  const child = spawn(process.execPath, [...process.execArgv, cliFile, ...args], {
    env: ownSettings(),
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(stdin);
  child.stderr.resume();
  let last: unknown;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async next() {
      for (;;) {
        const { value } = await lines.next();
        if (value === undefined) return undefined;
        const { taskId, ...event } = JSON.parse(value);
        if (isDeepStrictEqual(event, last)) continue;
        last = event;
        return taskId === undefined ? event : { ...event, taskId };
      }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || !child.kill("SIGINT")) return;
      await once(child, "close");
    },
  };
}
