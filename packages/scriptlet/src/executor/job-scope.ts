import { AsyncLocalStorage } from "node:async_hooks";
import type { JobChannel } from "../context/job-channel.ts";

/** The job of the running code; undefined outside of blocks, also while modules are loaded. */
export const jobScope = new AsyncLocalStorage<JobScope>();

export interface JobScope {
  channel: JobChannel;
  /** Ends the job as the block's own `process.exit` would end the process. */
  exit(code: unknown): void;
  /** Text of the streams that is not yet a whole character. */
  decoders: Map<"stdout" | "stderr", import("node:string_decoder").StringDecoder>;
  /** The last ones that are still to be called. */
  callbacks: Map<"stdout" | "stderr", WriteCallbacks>;
}

/** Of writes in a row that have the same callback. */
export interface WriteCallbacks {
  callback(error?: Error | null): void;
  count: number;
}
