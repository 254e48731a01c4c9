import { findOpenSlots } from "./find-open-slots.ts";
import { type BlockFinder, findIn, runnablesOf } from "./package-catalog.ts";
import type { InstalledPackage, Runnable } from "./read-package.ts";

/** What of all packages a task can run alone. */
export async function listRunnables(packages: readonly InstalledPackage[]): Promise<Runnable[]> {
  const catalog: BlockFinder = { find: async (blockId, version) => findIn(packages, blockId, version) };
  const flows = packages.flatMap((one) => one.flows);
  // A look at every reference of every flow, for which there is mostly no cause.
  const mayBeOpen = flows.some(({ nodes }) => nodes.some(({ hasSlot }) => hasSlot));
  const open = new Set<Runnable>();
  if (mayBeOpen) for (const flow of flows) if (await findOpenSlots(flow, catalog)) open.add(flow);
  return packages.flatMap(runnablesOf).filter((one) => !open.has(one));
}
