import type { Environment } from "../context/environment.ts";
import type { JobChannel } from "../context/job-channel.ts";
import type { Mainframe } from "../mainframe.ts";
import type { Secrets, VariableStore } from "../values/value-stores.ts";
import type { BlockInputs, StackLevel } from "../wire/messages.ts";
import type { BlockSource, LoadedBlock } from "./load-block.ts";

/** The parts that all jobs of one executor share. */
export interface ExecutorParts {
  mainframe: Mainframe;
  sessionId: string;
  packageName: string;
  directories: { sessionDir: string; tmpDir: string; tmpPkgDir: string };
  /** The engine's paths may be relative to it (oocana-protocol 1.1). */
  initialDir: string;
  variables: VariableStore;
  openJobs: Set<JobChannel>;
  /** The job's inputs, once they are here. */
  awaitInputs(jobId: string): Promise<BlockInputs>;
  environment: Environment;
  /** Our server makes a span for each job that the engine of flows offers. */
  jobsHaveSpans?: boolean | undefined;
  /** The user's secrets; undefined if there are none. */
  readSecrets(): Promise<Secrets | undefined>;
  /** For tests of blocks only: settings that an engine's executor decides by itself. */
  relaxed?: { allowUndeclaredOutputs: boolean; progressWindowMs: number };
  loadBlock(source: BlockSource): Promise<LoadedBlock>;
  flowNodeStore(stacks: readonly StackLevel[]): Record<string, unknown>;
  beforeFinish?: (() => void) | undefined;
  warnLocally(text: string): void;
}
