import { fileURLToPath } from "node:url";
import { setEnvironmentData, type WorkerOptions } from "node:worker_threads";
import type { Stdio } from "../context/limited-log.ts";

/** Under this name a worker finds which of its streams are bounded. */
export const boundedStreamsKey = "oomol-scriptlet-bounded-streams";

/** What a worker runs first: source of this package, or a file of its build. */
const preload = fileURLToPath(
  new URL(
    import.meta.url.endsWith(".ts") ? "./bound-worker-output.ts" : "./bound-worker-output.js",
    import.meta.url,
  ),
);

/**
 * Calls `start`, which makes a worker, with options by which the worker keeps no more of what it prints than its thread and this one
 * can hold: Node.js keeps all of it until the worker pauses. A stream that the owner of the worker reads himself stays as it is.
 */
export function withBoundedOutput<Made extends object>(
  options: WorkerOptions | undefined,
  start: (options: WorkerOptions | undefined) => Made,
): Made {
  const streams: Stdio[] = [
    ...(options?.stdout ? [] : ["stdout" as const]),
    ...(options?.stderr ? [] : ["stderr" as const]),
  ];
  // Not `--import`: a worker made of text alone would not run it.
  const execArgv = [...(options?.execArgv ?? process.execArgv), "--require", preload];
  setEnvironmentData(boundedStreamsKey, streams);
  try {
    return start({ ...options, execArgv });
  } catch (error) {
    // A worker takes some flags of its process only if it inherits them.
    if ((error as NodeJS.ErrnoException).code !== "ERR_WORKER_INVALID_EXEC_ARGV") throw error;
    return start(options);
  } finally {
    setEnvironmentData(boundedStreamsKey, undefined);
  }
}
