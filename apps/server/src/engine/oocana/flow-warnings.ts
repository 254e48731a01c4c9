import { flowTakers } from "../../inputs/flow-takers.ts";
import { explainIdle, findIdleNodes } from "../../inputs/idle-nodes.ts";
import type { BlockFinder } from "../../packages/package-catalog.ts";
import { type InstalledFlow, isFlow } from "../../packages/read-package.ts";
import { resolveReference } from "../../packages/resolve-reference.ts";
import { isRecord, quoteList } from "../../values.ts";

export interface FlowWarning {
  nodeId: string;
  warning: string;
}

/** What the engine passes over in silence and a caller should know (oocana-protocol 10, 7.2). */
export async function flowWarnings(
  flow: InstalledFlow,
  inputs: unknown,
  catalog: BlockFinder,
): Promise<FlowWarning[]> {
  const given = isRecord(inputs) ? inputs : {};
  const ignored = flow.nodes.flatMap(({ nodeId, connected }) => {
    const values = given[nodeId];
    const handles = isRecord(values) ? connected.filter((handle) => Object.hasOwn(values, handle)) : [];
    if (handles.length === 0) return [];
    const warning = `The value given for ${quoteList(handles)} is ignored: it is connected, and what comes from there counts.`;
    return [{ nodeId, warning }];
  });
  return [...ignored, ...(await idleWithin(flow, catalog, new Set([flow.manifestFile])))];
}

/** Nodes of its subflows that can never run; those of its own are refused before. */
async function idleWithin(
  flow: InstalledFlow,
  catalog: BlockFinder,
  seen: Set<string>,
): Promise<FlowWarning[]> {
  const found: FlowWarning[] = [];
  for (const { nodeId, reference } of flow.nodes) {
    const inner = reference && (await resolveReference(reference, flow, catalog).catch(() => undefined));
    if (!inner || !isFlow(inner) || seen.has(inner.manifestFile)) continue;
    seen.add(inner.manifestFile);
    const idle = findIdleNodes(inner, await flowTakers(inner, catalog), new Map());
    found.push(...idle.map((one) => ({ nodeId, warning: explainIdle(inner, one) })));
    found.push(...(await idleWithin(inner, catalog, seen)).map(({ warning }) => ({ nodeId, warning })));
  }
  return found;
}
