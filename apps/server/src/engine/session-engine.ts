import { type InstalledBlock, type InstalledFlow, isFlow } from "../packages/read-package.ts";
import type { SessionEngine } from "./session.ts";

export interface SessionEngineParts {
  blocks: SessionEngine<InstalledBlock>;
  flows: SessionEngine<InstalledFlow>;
}

/** Blocks run on executors that this server starts itself, flows on the real engine. */
export function createSessionEngine({ blocks, flows }: SessionEngineParts): SessionEngine {
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
