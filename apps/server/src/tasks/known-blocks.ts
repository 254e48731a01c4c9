import type { Runnable } from "../packages/read-package.ts";

/** The blocks of tasks that were accepted a moment ago, so that each need not be found again. */
export interface KnownBlocks {
  add(taskId: string, block: Runnable): void;
  /** Nothing if it was added too long ago: its package may have changed since. */
  take(taskId: string): Runnable | undefined;
}

export function createKnownBlocks(now = () => performance.now()): KnownBlocks {
  const known = new Map<string, { block: Runnable; atMs: number }>();
  return {
    add(taskId, block) {
      known.set(taskId, { block, atMs: now() });
      // Those that were added first stand first; many wait for long, and are not kept in memory.
      for (const [oldest, { atMs }] of known) {
        if (known.size <= mostKnown && now() - atMs < trustedMs) break;
        known.delete(oldest);
      }
    },
    take(taskId) {
      const found = known.get(taskId);
      known.delete(taskId);
      return found && now() - found.atMs < trustedMs ? found.block : undefined;
    },
  };
}

const trustedMs = 1_000;
const mostKnown = 1_000;
