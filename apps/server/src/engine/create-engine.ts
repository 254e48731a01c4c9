import type { Broker } from "../broker/broker.ts";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import { createExecutorEngine, type ExecutorEngineOptions } from "./executor-engine.ts";
import { createOocanaEngine } from "./oocana-engine.ts";
import type { SessionEngine } from "./session.ts";
import { createSessionEngine } from "./session-engine.ts";

/** The engine that runs everything a package offers, on an open broker. */
export function createEngine(
  settings: ExecutorEngineOptions & { broker: Broker; catalog: PackageCatalog },
): SessionEngine {
  return createSessionEngine({
    blocks: createExecutorEngine(settings),
    flows: createOocanaEngine(settings),
  });
}
