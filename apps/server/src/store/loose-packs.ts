import type { Tables } from "./tables.ts";

export type Pack = Tables["log_packs"];

/**
 * Which small packs a task has written one after the other: one that says a line now and then would take several times the size
 * of what it says. It is only known what this process has written, and only of tasks that wrote lately.
 */
export class LoosePacks {
  readonly #tasks = new Map<string, { fromId: number; count: number }>();

  /** Some were written. Answers those tasks whose packs from that id on are to become one. */
  add(packs: readonly Pack[]): { taskId: string; fromId: number }[] {
    const due: { taskId: string; fromId: number }[] = [];
    for (const { task_id, first_id, size_bytes } of packs) {
      const known = this.#tasks.get(task_id);
      this.#tasks.delete(task_id);
      if (size_bytes > smallBytes) continue;
      const { fromId, count } = known ?? { fromId: first_id, count: 0 };
      if (count + 1 < packsOfMerge) this.#tasks.set(task_id, { fromId, count: count + 1 });
      else due.push({ taskId: task_id, fromId });
    }
    for (const taskId of this.#tasks.keys()) {
      if (this.#tasks.size <= mostTasks) break;
      this.#tasks.delete(taskId);
    }
    return due;
  }
}

const smallBytes = 4 * 1024;
const packsOfMerge = 64;
const mostTasks = 1_000;
