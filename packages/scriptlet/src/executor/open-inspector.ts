import { open, url, waitForDebugger } from "node:inspector";
import type { ExecutorArguments } from "./parse-executor-arguments.ts";

/** Opens the inspector on the engine's port; readiness, announced later, tells debuggers. */
export function openInspector({ inspectPort }: ExecutorArguments): void {
  // Already open if the program was started with the flag itself.
  if (url() === undefined) open(inspectPort, "127.0.0.1");
  if (url() !== undefined) return;
  process.stderr.write(`nodejs-executor: no debugger can attach: port ${inspectPort} could not be opened\n`);
}

/**
 * With `--inspect-wait`, holds this thread until a debugger is attached. Meanwhile the other thread announces
 * readiness, which the engine expects within 5 s (oocana-protocol 1.4).
 */
export function holdForDebugger({ waitsForDebugger }: ExecutorArguments): void {
  if (waitsForDebugger && url() !== undefined) waitForDebugger();
}
