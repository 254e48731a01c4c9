import type { BlockFinder } from "./package-catalog.ts";
import { type InstalledFlow, isFlow } from "./read-package.ts";
import { resolveReference } from "./resolve-reference.ts";

/**
 * The flow or subflow whose slots nothing fills when `flow` runs alone: itself, or one that it uses at any depth. What a reference
 * does not lead to is passed over; the engine tells of it.
 */
export async function findOpenSlots(
  flow: InstalledFlow,
  catalog: BlockFinder,
): Promise<InstalledFlow | undefined> {
  return slotsOf(flow).length > 0 ? flow : openWithin(flow, catalog, new Set([flow.manifestFile]));
}

async function openWithin(
  flow: InstalledFlow,
  catalog: BlockFinder,
  seen: Set<string>,
): Promise<InstalledFlow | undefined> {
  for (const { reference, fills } of flow.nodes) {
    for (const [name, filled] of usesOf(reference, fills)) {
      const used = await resolveReference(name, flow, catalog).catch(() => undefined);
      if (!used || !isFlow(used)) continue;
      if (slotsOf(used).some((slot) => !filled.includes(slot))) return used;
      if (seen.has(used.manifestFile)) continue;
      seen.add(used.manifestFile);
      const open = await openWithin(used, catalog, seen);
      if (open) return open;
    }
  }
  return undefined;
}

type Fills = InstalledFlow["nodes"][number]["fills"];

/** What a node uses, with the slots of it that are filled: its subflow, and the subflows in the slots of that. */
function usesOf(reference: string | undefined, fills: Fills): [name: string, filled: string[]][] {
  if (reference === undefined || fills === undefined) return [];
  const own: [string, string[]] = [reference, fills.map(({ slotNodeId }) => slotNodeId)];
  return [own, ...fills.flatMap(({ reference: name }): [string, string[]][] => (name ? [[name, []]] : []))];
}

function slotsOf({ nodes }: InstalledFlow): string[] {
  return nodes.filter(({ hasSlot }) => hasSlot).map(({ nodeId }) => nodeId);
}
