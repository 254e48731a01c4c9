import { open, url, waitForDebugger } from "node:inspector";
import type { ExecutorArguments } from "./parse-executor-arguments.ts";

/** Opens the inspector on the port that the engine asks for; readiness, announced later, tells who wants to attach. */
export function openInspector({ inspectPort }: ExecutorArguments): void {
  // Already open when the program was started with the flag itself.
  if (url() === undefined) open(inspectPort, "127.0.0.1");
  if (url() !== undefined) return;
  process.stderr.write(`nodejs-executor: no debugger can attach: port ${inspectPort} could not be opened\n`);
}

/**
 * Holds this thread until a debugger has attached, where `--inspect-wait` asks for that. The other thread tells the engine of
 * readiness meanwhile, which must come within 5 s (oocana-protocol 1.4).
 */
export function holdForDebugger({ waitsForDebugger }: ExecutorArguments): void {
  if (waitsForDebugger && url() !== undefined) waitForDebugger();
}
