import { fileURLToPath } from "node:url";
import type { InstalledBlock } from "../../packages/read-package.ts";
import { noSpan } from "../../tracing/tracing.ts";
import type { Job } from "../executor/job.ts";
import { newJobId, runOnExecutor } from "../executor/run-on-executor.ts";
import type { Executor } from "../executor/start-executor.ts";

/** Each takes about half of the time of the one before; after the third there is little left to gain. */
const rounds = 3;

/**
 * Runs a block of no consequence on an executor, so that the way there and back is compiled when a block comes that
 * somebody waits for. Nobody hears of it; `signal` ends it early.
 */
export async function rehearse(
  executor: Executor,
  block: InstalledBlock,
  signal: AbortSignal,
): Promise<void> {
  for (let round = 0; round < rounds && !signal.aborted; round += 1) {
    await runOnExecutor(executor, rehearsalOf(block), signal);
  }
}

/** Lies beside this module, as source and as built. */
const entry = import.meta.url.endsWith(".ts") ? "rehearsal-block.ts" : "rehearsal-block.js";

function rehearsalOf(block: InstalledBlock): Job {
  const handles = [{ handle: "text" }];
  return {
    id: newJobId(),
    block: {
      ...block,
      directory: fileURLToPath(new URL(".", import.meta.url)),
      executor: { name: "nodejs", options: { entry, spawn: false } },
      inputs: handles,
      outputs: handles,
    },
    inputs: { text: "A rehearsal of the executor." },
    stacks: [],
    span: noSpan,
    onEvent() {},
    onRequest() {},
  };
}
