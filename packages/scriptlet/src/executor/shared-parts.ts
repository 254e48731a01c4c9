import { join, resolve } from "node:path";
import type { Mainframe } from "../mainframe.ts";
import type { ExecutorParts } from "./executor-parts.ts";
import { createFlowNodeStores } from "./flow-node-stores.ts";
import { createVariableStore, readSecrets } from "./value-files.ts";

export interface SharedPartsOptions {
  mainframe: Mainframe;
  /** May be relative to the working directory. */
  sessionDir: string;
  tmpDir: string;
  packageName: string;
  warnLocally(text: string): void;
}

/** The common parts of an executor and the process of a service. */
export function createSharedParts({
  mainframe,
  sessionDir,
  tmpDir,
  packageName,
  warnLocally,
}: SharedPartsOptions): Omit<ExecutorParts, "sessionId" | "awaitInputs" | "loadBlock"> {
  return {
    mainframe,
    packageName,
    directories: {
      sessionDir: resolve(sessionDir),
      tmpDir: resolve(tmpDir),
      tmpPkgDir: join(resolve(tmpDir), packageName),
    },
    initialDir: process.cwd(),
    variables: createVariableStore(),
    openJobs: new Set(),
    environment: process.env,
    readSecrets,
    flowNodeStore: createFlowNodeStores(),
    warnLocally,
  };
}
