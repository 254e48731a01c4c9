import { listDescendants } from "../../src/processes/process-tree.ts";

/** The processes that this one has started, and those of theirs, as long as they run. */
export const descendantsNow = (): number[] => listDescendants(process.pid);
