import type { Logger } from "pino";
import type { Broker } from "../broker/broker.ts";

/** What all executor sessions of a server share. */
export interface ExecutorSettings {
  broker: Broker;
  /** Holds `sessions/` and `package-data/`. */
  dataDirectory: string;
  executorReadyTimeoutMs: number;
  retainedVariables: readonly string[];
  /** What a task and all it starts may use together. */
  taskMemoryBytes: number | undefined;
  log: Logger;
}
