import { join } from "node:path";
import { endAbandonedGroups } from "./control-groups.ts";
import { endFound, findMarked } from "./marked-processes.ts";

/**
 * Ends what a server that was killed has left running: every process whose environment names the package data of this
 * data directory, as that of executors and of all they start does. Nobody else may use the directory meanwhile. Answers
 * how many there were; 0 if this cannot be told, as outside Linux, where executors notice the loss themselves.
 */
export function endLeftoverProcesses(dataDirectory: string): number {
  const mark = `OOCANA_PKG_DIR=${join(dataDirectory, "package-data")}/`;
  return endFound(() => findMarked(mark)).length + endAbandonedGroups();
}
