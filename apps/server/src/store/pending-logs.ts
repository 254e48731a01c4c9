import type { StoredLog } from "./task-rows.ts";

/** Logs on their way to the disk, in order; whoever adds faster than they are written is told to wait. */
export class PendingLogs {
  #rows: StoredLog[] = [];
  #totalBytes = 0;
  readonly #bytesOf = new Map<string, number>();
  readonly #waiting = new Map<string, ReturnType<typeof createWait>>();

  get isEmpty(): boolean {
    return this.#totalBytes === 0;
  }

  /** How often {@link take} is called until all that is there now is taken, at most. */
  get batches(): number {
    return Math.ceil(this.#totalBytes / transactionBytes);
  }

  /** Whether some of a task's logs wait for a later transaction. */
  hasUntaken(taskId: string): boolean {
    return this.#rows.some((row) => row.task_id === taskId);
  }

  /** Answers what to wait for before more of this task is added; nothing while there is room. */
  push(row: StoredLog): Promise<void> | undefined {
    this.#rows.push(row);
    this.#count(row, 1);
    const { task_id } = row;
    if (this.#bytesOfTask(task_id) < taskBytes && this.#totalBytes < totalBytes) return undefined;
    const waiting = this.#waiting.get(task_id) ?? createWait();
    this.#waiting.set(task_id, waiting);
    return waiting.promise;
  }

  /** As many as make one transaction. They count as pending until {@link settle} is called. */
  take(): StoredLog[] {
    let count = 0;
    for (let sizeBytes = 0; count < this.#rows.length && sizeBytes < transactionBytes; count += 1) {
      sizeBytes += sizeOf(this.#rows[count]);
    }
    return this.#rows.splice(0, count);
  }

  /** What was taken could not be written. */
  putBack(rows: readonly StoredLog[]): void {
    this.#rows.unshift(...rows);
  }

  /** What was taken is written, or nobody wants it any more. */
  settle(rows: readonly StoredLog[]): void {
    for (const row of rows) this.#count(row, -1);
    if (this.#totalBytes > totalBytes / 2) return;
    for (const [taskId, { resume }] of this.#waiting) {
      if (this.#bytesOfTask(taskId) > taskBytes / 2) continue;
      this.#waiting.delete(taskId);
      resume();
    }
  }

  #bytesOfTask(taskId: string): number {
    return this.#bytesOf.get(taskId) ?? 0;
  }

  #count(row: StoredLog, sign: 1 | -1): void {
    const sizeBytes = sign * sizeOf(row);
    this.#totalBytes += sizeBytes;
    const ofTask = this.#bytesOfTask(row.task_id) + sizeBytes;
    if (ofTask === 0) this.#bytesOf.delete(row.task_id);
    else this.#bytesOf.set(row.task_id, ofTask);
  }
}

function createWait() {
  let resume = () => {};
  const promise = new Promise<void>((resolve) => (resume = resolve));
  return { promise, resume };
}

/** Enough that a task that writes as fast as it can never waits for nothing, and little enough to be written at once. */
const transactionBytes = 1024 * 1024;
const taskBytes = 2 * 1024 * 1024;
const totalBytes = 16 * 1024 * 1024;

/** In memory, about. */
function sizeOf(row: StoredLog | undefined): number {
  return 200 + (row?.event.length ?? 0);
}
