import type { ChildProcess } from "node:child_process";

/** Ends a server with a signal as soon as it has said on stdout where it listens. */
export function onceServing(signal: NodeJS.Signals): (child: ChildProcess) => void {
  return (child) => child.stdout?.once("data", () => child.kill(signal));
}
