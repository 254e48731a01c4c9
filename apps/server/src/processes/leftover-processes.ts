import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Ends what a server that was killed has left running: every process whose environment names the package data of this
 * data directory, as that of executors and of all they start does. Nobody else may use the directory meanwhile. Answers
 * how many there were; 0 where this cannot be told, as outside Linux, where executors notice the loss themselves.
 */
export function endLeftoverProcesses(dataDirectory: string): number {
  if (process.platform !== "linux") return 0;
  const mark = `OOCANA_PKG_DIR=${join(dataDirectory, "package-data")}/`;
  const leftovers = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && environmentOf(name, mark));
  for (const pid of leftovers) end(Number(pid));
  return leftovers.length;
}

function environmentOf(pid: string, mark: string): boolean {
  if (Number(pid) === process.pid) return false;
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8")
      .split("\0")
      .some((variable) => variable.startsWith(mark));
  } catch {
    return false; // somebody else's, or gone
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
