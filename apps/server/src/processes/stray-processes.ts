import { openControlGroup } from "./control-groups.ts";
import { endFound, type FoundProcess, findMarked, named } from "./marked-processes.ts";
import { listDescendants } from "./process-tree.ts";
import { watchChildren } from "./watch-children.ts";

/**
 * Processes that an executor has started, and that descend from it no more (`setsid` and a second fork, a shell's `&`). All that
 * are in its control group are found, if this server may make one; otherwise those that have its mark in their environment, or are
 * in its session: one that has neither is held by the sandbox alone. Only an executor that has had children is looked at closely,
 * so that it costs next to nothing for all others.
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
  const group = pid === undefined ? undefined : openControlGroup(pid);
  let hasHad: boolean | undefined;
  let wereFound = false;
  const children = pid === undefined ? undefined : watchChildren(pid);
  const isChildless = () => children === undefined || !children.hasHad();
  const findAll = (leader?: number): FoundProcess[] => {
    const found = new Map(findMarked(mark, leader).map((one) => [one.pid, one]));
    for (const one of group?.list() ?? []) if (!found.has(one)) found.set(one, named(one));
    return [...found.values()];
  };
  const find = (): FoundProcess[] => {
    const tree = new Set(pid === undefined ? [] : [pid, ...listDescendants(pid)]);
    return findAll(pid).filter((one) => !tree.has(one.pid));
  };
  return {
    get wereFound() {
      return wereFound;
    },
    list: () => (isChildless() ? [] : find().map((one) => one.pid)),
    end() {
      if (isChildless()) return [];
      const ended = endFound(find);
      wereFound ||= ended.length > 0;
      return ended;
    },
    note() {
      hasHad = !isChildless();
    },
    endLast() {
      if (hasHad ?? true) endFound(() => findAll());
      children?.close();
      group?.close();
    },
  };
}
