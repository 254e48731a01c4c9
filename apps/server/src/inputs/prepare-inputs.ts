import type { BlockFinder } from "../packages/package-catalog.ts";
import { type InstalledBlock, isFlow, type Runnable } from "../packages/read-package.ts";
import { Refusal } from "../refusal.ts";
import { quoteList } from "../values.ts";
import { checkInputs } from "./check-inputs.ts";
import { fillDefaults } from "./fill-defaults.ts";
import { giveFiles } from "./give-files.ts";
import { blockAsTaker, type InputTaker } from "./input-taker.ts";
import { blockNodeId, type NodeInputs } from "./node-inputs.ts";
import { prepareFlowInputs } from "./prepare-flow-inputs.ts";
import { refuseReferences } from "./refuse-references.ts";
import type { UploadedFile } from "./uploaded-file.ts";

/**
 * Turns what a caller sent into complete inputs: files placed, defaults filled in, every value checked. Those of a flow
 * are kept by node. Throws a {@link Refusal} with status 400 that names the handle.
 */
export async function prepareInputs(
  runnable: Runnable,
  nodes: NodeInputs,
  files: readonly UploadedFile[],
  catalog: BlockFinder,
): Promise<Record<string, unknown>> {
  return isFlow(runnable)
    ? prepareFlowInputs(runnable, nodes, files, catalog)
    : prepareBlockInputs(runnable, nodes, files);
}

function prepareBlockInputs(
  block: InstalledBlock,
  nodes: NodeInputs,
  files: readonly UploadedFile[],
): Record<string, unknown> {
  const taker = blockAsTaker(block);
  const given = collectGiven(taker, nodes);
  refuseReferences(taker, given); // before the server makes its own, to the uploads
  for (const { input } of files) if (input) requireOwnNode(taker, input.nodeId);
  giveFiles(
    taker,
    given,
    files.map(({ path, input }) => ({ path, handle: input?.handle })),
  );
  checkInputs(taker, given); // before the defaults: those are the author's to decide
  requireComplete(taker, fillDefaults(taker, given));
  return Object.fromEntries(given);
}

function collectGiven(taker: InputTaker, nodes: NodeInputs): Map<string, unknown> {
  const given = new Map<string, unknown>();
  for (const node of nodes) {
    requireOwnNode(taker, node.nodeId);
    for (const { handle, value } of node.inputs) given.set(handle, value);
  }
  return given;
}

function requireOwnNode({ title }: InputTaker, nodeId: string): void {
  if (nodeId === blockNodeId) return;
  throw new Refusal(
    400,
    `${title} is a block, so its inputs belong to the node "${blockNodeId}"; there is no node "${nodeId}".`,
  );
}

function requireComplete({ title }: InputTaker, missing: readonly string[]): void {
  if (missing.length === 0) return;
  throw new Refusal(400, `${title} needs the input ${quoteList(missing)}, which was not given.`);
}
