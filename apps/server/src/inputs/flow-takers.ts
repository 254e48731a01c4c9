import { blockIdOf } from "../packages/block-id.ts";
import type { FlowNode } from "../packages/flow-manifest.ts";
import type { HandleManifest } from "../packages/manifest.ts";
import type { BlockFinder } from "../packages/package-catalog.ts";
import { type InstalledFlow, isFlow } from "../packages/read-package.ts";
import { resolveReference } from "../packages/resolve-reference.ts";
import type { InputTaker } from "./input-taker.ts";
import { blockNodeId } from "./node-inputs.ts";

/** The flow itself and each of its nodes. */
export async function flowTakers(
  flow: InstalledFlow,
  catalog: BlockFinder,
): Promise<Map<string, InputTaker>> {
  const title = blockIdOf(flow);
  const { path } = flow;
  const whole = { title, path, inputs: flow.inputs ?? [], takesOthers: false };
  const takers = new Map<string, InputTaker>([[blockNodeId, whole]]);
  for (const node of flow.nodes) {
    const { inputs, takesOthers } = await declaredInputs(flow, node, catalog);
    takers.set(node.nodeId, { title: `the node "${node.nodeId}" of ${title}`, path, inputs, takesOthers });
  }
  return takers;
}

/** What cannot be looked up from here (a path, a package that only the engine finds) is the engine's to check. */
async function declaredInputs(
  flow: InstalledFlow,
  { reference, isOpaque, inputs }: FlowNode,
  catalog: BlockFinder,
): Promise<{ inputs: HandleManifest[]; takesOthers: boolean }> {
  if (reference === undefined) return { inputs, takesOthers: isOpaque };
  const found = await resolveReference(reference, flow, catalog).catch(() => undefined);
  const takesOthers = !found || (!isFlow(found) && found.additionalInputs);
  return { inputs: [...(found?.inputs ?? []), ...inputs], takesOthers };
}
