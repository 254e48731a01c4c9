import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { cliFile, ownSettings } from "./run-program.ts";

/** `oomol-connect dev --json` with its events. */
export interface Dev extends AsyncDisposable {
  child: ChildProcess;
  /** The next event; undefined after the last. */
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
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async next() {
      const { value } = await lines.next();
      return value === undefined ? undefined : JSON.parse(value);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || !child.kill("SIGINT")) return;
      await once(child, "close");
    },
  };
}
