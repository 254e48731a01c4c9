import { endMarked, type FoundProcess, findMarked, hasHadChildren } from "./marked-processes.ts";
import { listDescendants } from "./process-tree.ts";

/**
 * Processes that an executor has started, and that descend from it no more (`setsid` and a second fork, a shell's `&`). Only one
 * that has had children is looked at closely, so that it costs next to nothing for all others. A process that empties its
 * environment as well is not found; the sandbox holds that one, too.
 */
export interface Strays {
  /** Those there are now. */
  list(): number[];
  /** Ends them, after a task. Answers what there was. */
  end(): FoundProcess[];
  /** Some were ended: who has started them may do so again. */
  readonly wereFound: boolean;
  /** The executor is about to go by itself and starts nothing more: whether it has had children can be told no more then. */
  note(): void;
  /** The executor is gone: ends all that is left of it. One that was killed may have started something until then. */
  endLast(): void;
}

export function createStrays(mark: string, pid: number | undefined): Strays {
  let hasHad: boolean | undefined;
  let wereFound = false;
  const isChildless = () => pid === undefined || !hasHadChildren(pid);
  const own = () => new Set(pid === undefined ? [] : [pid, ...listDescendants(pid)]);
  return {
    get wereFound() {
      return wereFound;
    },
    list() {
      if (isChildless()) return [];
      const tree = own();
      return findMarked(mark).flatMap((one) => (tree.has(one.pid) ? [] : one.pid));
    },
    end() {
      if (isChildless()) return [];
      const ended = endMarked(mark, (one) => own().has(one));
      wereFound ||= ended.length > 0;
      return ended;
    },
    note() {
      hasHad = !isChildless();
    },
    endLast() {
      if (hasHad ?? true) endMarked(mark);
    },
  };
}
