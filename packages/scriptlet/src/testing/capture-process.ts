import { Console } from "node:console";
import { Writable } from "node:stream";
import { BlockExit } from "../executor/block-exit.ts";
import { captureOutput, logChunk } from "../executor/capture-output.ts";
import { jobScope } from "../executor/job-scope.ts";

let users = 0;
let restore = () => {};

/**
 * While blocks run, their output becomes their log, and their `process.exit` ends only them. All other code keeps
 * its console. Returns a function that ends the capture.
 */
export function captureProcess(): () => void {
  users += 1;
  if (users === 1) restore = capture();
  return () => {
    users -= 1;
    if (users === 0) restore();
  };
}

function capture(): () => void {
  const restoreOutput = captureOutput();
  const { exit } = process;
  const outer = globalThis.console;
  const ofBlocks = new Console({ stdout: logStream("stdout"), stderr: logStream("stderr") });

  // Test runners have a console of their own, which does not write to the process's streams.
  globalThis.console = new Proxy(outer, {
    get: (_, key) => Reflect.get(jobScope.getStore() === undefined ? outer : ofBlocks, key),
  });
  process.exit = ((code?: number | string | null) => {
    const scope = jobScope.getStore();
    if (scope === undefined) exit.call(process, code);
    scope?.exit(code ?? undefined);
    throw new BlockExit(code);
  }) as typeof process.exit;

  return () => {
    restoreOutput();
    globalThis.console = outer;
    process.exit = exit;
  };
}

function logStream(stdio: "stdout" | "stderr"): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      const scope = jobScope.getStore();
      if (scope !== undefined) logChunk(scope, stdio, chunk, []);
      done();
    },
  });
}
