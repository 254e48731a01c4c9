import { blockIdOf } from "../packages/block-id.ts";
import { findOpenSlots } from "../packages/find-open-slots.ts";
import type { HandleManifest } from "../packages/manifest.ts";
import type { BlockFinder } from "../packages/package-catalog.ts";
import type { InstalledFlow } from "../packages/read-package.ts";
import { Refusal } from "../refusal.ts";
import { quoteList } from "../values.ts";
import { checkInputs } from "./check-inputs.ts";
import { fillDefaults } from "./fill-defaults.ts";
import { flowTakers } from "./flow-takers.ts";
import { giveFiles } from "./give-files.ts";
import { explainIdle, findIdleNodes } from "./idle-nodes.ts";
import type { InputTaker } from "./input-taker.ts";
import { blockNodeId, type NodeInputs } from "./node-inputs.ts";
import { refuseIllFormedText } from "./refuse-ill-formed-text.ts";
import { refuseReferences } from "./refuse-references.ts";
import type { FileInput, UploadedFile } from "./uploaded-file.ts";

/**
 * The inputs of a flow by node id; those of the flow itself stand under `"_"`. Throws a {@link Refusal} with status 400 that names
 * node and handle, also if a node would never run for want of a value: the engine would not say so (oocana-protocol 7.2).
 */
export async function prepareFlowInputs(
  flow: InstalledFlow,
  nodes: NodeInputs,
  files: readonly UploadedFile[],
  catalog: BlockFinder,
): Promise<Record<string, Record<string, unknown>>> {
  const open = await findOpenSlots(flow, catalog);
  if (open) throw new Refusal(400, explainOpenSlots(flow, open));
  const takers = await flowTakers(flow, catalog);
  const given = new Map([...takers.keys()].map((nodeId) => [nodeId, new Map<string, unknown>()]));
  for (const { nodeId, inputs } of nodes) {
    const own = given.get(nodeId);
    if (!own) throw new Refusal(400, explainUnknownNode(flow, nodeId));
    for (const { handle, value } of inputs) own.set(handle, value);
  }
  for (const [nodeId, taker] of takers) {
    const values = given.get(nodeId) ?? new Map();
    refuseReferences(taker, values);
    refuseIllFormedText(taker, values);
  }
  giveFilesToNodes(flow, takers, given, files);
  for (const [nodeId, taker] of takers) checkInputs(taker, given.get(nodeId) ?? new Map());

  const ownInputs = given.get(blockNodeId) ?? new Map();
  const whole = takers.get(blockNodeId);
  const missing = whole ? fillDefaults(whole, ownInputs) : [];
  if (missing.length > 0) {
    throw new Refusal(400, `${blockIdOf(flow)} needs the input ${quoteList(missing)}, which was not given.`);
  }
  const idle = findIdleNodes(flow, takers, given)[0];
  if (idle) throw new Refusal(400, explainIdle(flow, idle));
  const filled = [...given].filter(([, values]) => values.size > 0);
  return Object.fromEntries(filled.map(([nodeId, values]) => [nodeId, Object.fromEntries(values)]));
}

function explainOpenSlots(flow: InstalledFlow, open: InstalledFlow): string {
  const id = blockIdOf(flow);
  return open === flow
    ? `${id} has slots, which only a flow that uses it can fill, so it cannot run alone.`
    : `${id} cannot run: it uses ${blockIdOf(open)}, whose slots are not all filled.`;
}

/** Files go to inputs of the flow and of its nodes alike, unless something else feeds them. */
function giveFilesToNodes(
  flow: InstalledFlow,
  takers: ReadonlyMap<string, InputTaker>,
  given: ReadonlyMap<string, Map<string, unknown>>,
  files: readonly UploadedFile[],
): void {
  if (files.length === 0) return;
  const places = new Map<string, { nodeId: string; handle: string }>();
  const inputs: HandleManifest[] = [];
  const values = new Map<string, unknown>();
  for (const [nodeId, taker] of takers) {
    const node = flow.nodes.find((one) => one.nodeId === nodeId);
    for (const { value: ownValue, ...input } of taker.inputs) {
      const { handle } = input;
      if (node?.connected.includes(handle)) continue;
      const label = labelOf({ nodeId, handle });
      places.set(label, { nodeId, handle });
      // The defaults of a node's block do not count inside a flow.
      const isOptional = node ? node.values.has(handle) : ownValue !== undefined;
      inputs.push({ ...input, handle: label, ...(isOptional && { value: null }) });
      if (given.get(nodeId)?.has(handle)) values.set(label, given.get(nodeId)?.get(handle));
    }
  }
  const labelled = files.map(({ path, input }) => ({ path, handle: input && labelOf(input) }));
  for (const { input } of files)
    if (input && !takers.has(input.nodeId)) {
      throw new Refusal(400, explainUnknownNode(flow, input.nodeId));
    }
  giveFiles({ title: blockIdOf(flow), path: flow.path, inputs, takesOthers: false }, values, labelled);
  for (const [label, value] of values) {
    const place = places.get(label);
    if (place) given.get(place.nodeId)?.set(place.handle, value);
  }
}

function labelOf({ nodeId, handle }: FileInput): string {
  return nodeId === blockNodeId ? handle : `${nodeId}/${handle}`;
}

function explainUnknownNode(flow: InstalledFlow, nodeId: string): string {
  const names = flow.nodes.map((node) => node.nodeId);
  const offered = names.length === 0 ? "it has none" : `it has ${quoteList(names)}`;
  return `The flow ${blockIdOf(flow)} has no node "${nodeId}"; ${offered}.`;
}
