import type { BlockFinder } from "../packages/package-catalog.ts";
import { type InstalledBlock, isFlow, type Runnable } from "../packages/read-package.ts";
import { Refusal } from "../refusal.ts";
import { quoteList } from "../values.ts";
import { assignFiles } from "./assign-files.ts";
import { checkInputs } from "./check-inputs.ts";
import { fillDefaults } from "./fill-defaults.ts";
import { blockAsTaker, type InputTaker } from "./input-taker.ts";
import { blockNodeId, type NodeInputs } from "./node-inputs.ts";
import { prepareFlowInputs } from "./prepare-flow-inputs.ts";
import { refuseReferences } from "./refuse-references.ts";

/**
 * Turns what a caller sent into complete inputs: files placed, defaults filled in, every value checked. Those of a flow
 * are kept by node. Throws a {@link Refusal} with status 400 that names the handle.
 */
export async function prepareInputs(
  runnable: Runnable,
  nodes: NodeInputs,
  files: readonly string[],
  catalog: BlockFinder,
): Promise<Record<string, unknown>> {
  return isFlow(runnable)
    ? prepareFlowInputs(runnable, nodes, files, catalog)
    : prepareBlockInputs(runnable, nodes, files);
}

function prepareBlockInputs(
  block: InstalledBlock,
  nodes: NodeInputs,
  files: readonly string[],
): Record<string, unknown> {
  const taker = blockAsTaker(block);
  const given = collectGiven(taker, nodes);
  refuseReferences(taker, given); // before the server makes its own, to the uploads
  assignFiles(taker, given, files);
  checkInputs(taker, given); // before the defaults: those are the author's to decide
  requireComplete(taker, fillDefaults(taker, given));
  return Object.fromEntries(given);
}

function collectGiven(taker: InputTaker, nodes: NodeInputs): Map<string, unknown> {
  const given = new Map<string, unknown>();
  for (const node of nodes) {
    if (node.nodeId !== blockNodeId) {
      throw new Refusal(
        400,
        `${taker.title} is a block, so its inputs belong to the node "${blockNodeId}"; there is no node "${node.nodeId}".`,
      );
    }
    for (const { handle, value } of node.inputs) given.set(handle, value);
  }
  return given;
}

function requireComplete({ title }: InputTaker, missing: readonly string[]): void {
  if (missing.length === 0) return;
  throw new Refusal(400, `${title} needs the input ${quoteList(missing)}, which was not given.`);
}
