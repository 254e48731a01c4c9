import type { Logger } from "pino";
import type { Broker } from "../../broker/broker.ts";
import type { Confinement } from "../../processes/confine-executor.ts";
import type { Tracing } from "../../tracing/tracing.ts";

/** What all executor sessions of a server share. */
export interface ExecutorSettings {
  broker: Broker;
  /** Holds `sessions/` and `package-data/`. */
  dataDirectory: string;
  executorReadyTimeoutMs: number;
  /** Port of 127.0.0.1 on which each Node.js block waits for a debugger; none by default. */
  inspectPort?: number | undefined;
  retainedVariables: readonly string[];
  /** What a task and all it starts may use together. */
  taskMemoryBytes: number | undefined;
  /** As the server itself by default. */
  confinement?: Confinement;
  /** Off by default. */
  tracing?: Pick<Tracing, "relays"> | undefined;
  log: Logger;
}
