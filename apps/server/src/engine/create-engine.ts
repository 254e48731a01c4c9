import type { Broker } from "../broker/broker.ts";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import type { InstalledFlow } from "../packages/read-package.ts";
import { isConfined, unconfined } from "../processes/confine-executor.ts";
import { createExecutorEngine, type ExecutorEngineOptions } from "./executor/executor-engine.ts";
import { createOocanaEngine } from "./oocana/oocana-engine.ts";
import { refuseSession, type SessionEngine } from "./session.ts";
import { createSessionEngine } from "./session-engine.ts";

/** The engine that runs everything a package offers, on an open broker. */
export function createEngine(
  settings: ExecutorEngineOptions & { broker: Broker; catalog: PackageCatalog },
): SessionEngine {
  const isForBlocksAlone = isConfined(settings.confinement ?? unconfined);
  return createSessionEngine({
    blocks: createExecutorEngine(settings),
    flows: isForBlocksAlone ? refuseFlows : createOocanaEngine(settings),
  });
}

/** The engine's program starts executors itself, where nothing holds them. */
const refuseFlows: SessionEngine<InstalledFlow> = {
  run: async (request) =>
    refuseSession(
      request,
      "This server confines what it runs (--run-as, --sandbox), which the engine of flows does not: run the flow's blocks one by one, or the flow on another server.",
    ),
  close: async () => undefined,
};
