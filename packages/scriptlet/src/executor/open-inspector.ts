import { open, url, waitForDebugger } from "node:inspector";
import type { ExecutorArguments } from "./parse-executor-arguments.ts";

/**
 * Opens the inspector where the engine asks for it and, with `--inspect-wait`, holds this thread until a debugger has
 * attached. The other thread tells the engine of readiness meanwhile, which must come within 5 s (section 1.4).
 */
export function openInspector(
  { inspectPort, waitsForDebugger }: ExecutorArguments,
  warnLocally: (text: string) => void,
): void {
  if (inspectPort === undefined) return;
  // Already open when the program was started with the flag itself.
  if (url() === undefined) open(inspectPort, "127.0.0.1");
  if (url() === undefined) warnLocally(`no debugger can attach: port ${inspectPort} could not be opened`);
  else if (waitsForDebugger) waitForDebugger();
}
