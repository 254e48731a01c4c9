import type { Broker } from "../broker/broker.ts";
import { type InstalledFlow, isFlow } from "../packages/read-package.ts";
import { isConfined, unconfined } from "../processes/confine-executor.ts";
import { type Engine, refuseSession } from "./engine.ts";
import { type BlockEngineOptions, createBlockEngine } from "./executor/block-engine.ts";
import { createOocanaEngine } from "./oocana/oocana-engine.ts";

/**
 * The engine that runs everything a package offers, on an open broker: blocks on executors that this server starts itself,
 * flows on the real engine.
 */
export function createEngine(settings: BlockEngineOptions & { broker: Broker }): Engine {
  const isForBlocksAlone = isConfined(settings.confinement ?? unconfined);
  const blocks = createBlockEngine(settings);
  const flows = isForBlocksAlone ? refuseFlows : createOocanaEngine(settings);
  return {
    run: (request) => {
      const { block, ...others } = request;
      return isFlow(block) ? flows.run({ ...others, block }) : blocks.run({ ...others, block });
    },
    async close() {
      await Promise.all([blocks.close(), flows.close()]);
    },
  };
}

/** The engine's program starts executors itself, and nothing holds them. */
const refuseFlows: Engine<InstalledFlow> = {
  run: async (request) =>
    refuseSession(
      request,
      "This server confines what it runs (--run-as, --sandbox), which the engine of flows does not: run the flow's blocks one by one, or the flow on another server.",
    ),
  close: async () => undefined,
};
