/** Tells who waits for a task that something about it is new in the store: its status or its logs. */
export class TaskChanges {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** Calls `listener` after each change; the answer ends that. */
  listen(taskId: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(taskId) ?? new Set();
    this.#listeners.set(taskId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(taskId);
    };
  }

  notify(taskId: string): void {
    for (const listener of [...(this.#listeners.get(taskId) ?? [])]) listener();
  }

  /** The tasks that somebody waits for. */
  protected listened(): string[] {
    return [...this.#listeners.keys()];
  }
}
