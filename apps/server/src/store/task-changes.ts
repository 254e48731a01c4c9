import type { StoredLog, StoredTask } from "./task-rows.ts";

/** What has just been stored about a task. */
export interface TaskNews {
  task: StoredTask;
  /** In order; those before them were told earlier. */
  logs: readonly StoredLog[];
}

/** `news` if the writer knows it all; without it something is new, and the store says what. */
export type ChangeListener = (news: TaskNews | undefined) => void;

/** Tells who waits for a task that something about it is new in the store: its status or its logs. */
export class TaskChanges {
  readonly #listeners = new Map<string, Set<ChangeListener>>();

  /** Calls `listener` after each change; the answer ends that. */
  listen(taskId: string, listener: ChangeListener): () => void {
    const listeners = this.#listeners.get(taskId) ?? new Set();
    this.#listeners.set(taskId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(taskId);
    };
  }

  notify(taskId: string, news?: TaskNews): void {
    for (const listener of [...(this.#listeners.get(taskId) ?? [])]) listener(news);
  }

  /** The tasks that somebody waits for. */
  protected listened(): string[] {
    return [...this.#listeners.keys()];
  }
}
