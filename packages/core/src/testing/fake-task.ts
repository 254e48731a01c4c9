import { isFinalStatus } from "../states.ts";
import type { NodeInputs, Task, TaskLog } from "../types.ts";

/** A file as the fake server received it. */
export interface ReceivedFile {
  name: string;
  type: string;
  bytes: Uint8Array;
  /** The input that it is for, if the client said so (`files-by-input`). */
  handle?: string;
}

/** A file that a task made. */
export interface TaskFile {
  bytes: Uint8Array<ArrayBuffer>;
  /** MIME type. */
  type: string;
  /** The ETag of exactly this content. */
  etag: string;
}

/** A task of the fake server: define what happens to it, as a block would. */
export class FakeTask {
  readonly id: string;
  readonly blockId: string;
  readonly inputValues: NodeInputs[];
  readonly files: ReceivedFile[];
  readonly logs: TaskLog[] = [];
  /** The files of the task, by the path below its session directory. */
  readonly written = new Map<string, TaskFile>();
  status: string = "created";
  #pendingReason: string | undefined;
  readonly #createdAt = Date.now();
  readonly #listeners = new Set<() => void>();

  constructor(id: string, blockId: string, inputValues: NodeInputs[], files: ReceivedFile[]) {
    this.id = id;
    this.blockId = blockId;
    this.inputValues = inputValues;
    this.files = files;
  }

  /** Whether the status is a final one. */
  get isDone(): boolean {
    return isFinalStatus(this.status);
  }

  /** The value of an input of the block itself. */
  input(handle: string): unknown {
    return this.inputValues.flatMap((node) => node.inputs).find((input) => input.handle === handle)?.value;
  }

  /** Writes a log of any type; ids count from 1. */
  log(type: string, event: Record<string, unknown> = {}, nodeId: string | null = null): this {
    this.logs.push({
      id: this.logs.length + 1,
      type,
      event,
      node_id: nodeId,
      project_name: "fake",
      session_id: this.id,
      manifest_path: this.blockId,
      created_at: Date.now(),
    });
    return this.#changed();
  }

  /** Writes a file below the session directory; returns the path on the server's disk, as blocks put it into results. */
  writeFile(path: string, content: string | Uint8Array, type = "application/octet-stream"): string {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content);
    this.written.set(path, { bytes, type, etag: `"${crypto.randomUUID()}"` });
    return `/fake/sessions/${this.id}/${path}`;
  }

  /** Lets the task wait, `pending`, and say why nobody can run it now. */
  waitFor(reason: string): this {
    this.status = "pending";
    this.#pendingReason = reason;
    return this.#changed();
  }

  /** Sets any status, also one that the API does not know. */
  setStatus(status: string): this {
    this.status = status;
    this.#pendingReason = undefined;
    return this.#changed();
  }

  /** Logs a `BlockProgress`, 0…100. */
  progress(progress: number): this {
    return this.log("BlockProgress", { progress });
  }

  /** Logs the result, then completes the task. */
  complete(result: Record<string, unknown> = {}): this {
    return this.log("BlockFinished", { result, stacks: [] }).setStatus("completed");
  }

  /** Logs the error, then fails the task. */
  fail(error: string): this {
    return this.log("BlockFinished", { error, stacks: [] }).setStatus("failed");
  }

  /** Stops the task, as the API does; a task that has ended stays as it is. */
  stop(): this {
    return this.isDone ? this : this.setStatus("stopped");
  }

  /** The task as the API returns it. */
  toTask(): Task {
    return {
      id: this.id,
      status: this.status,
      project_id: "fake",
      manifest_path: this.blockId,
      inputValues: this.inputValues,
      ...(this.#pendingReason !== undefined && { pending_reason: this.#pendingReason }),
      created_at: this.#createdAt,
      updated_at: Date.now(),
    };
  }

  /** Calls back after each change; returns a function that ends this. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): this {
    for (const listener of [...this.#listeners]) listener();
    return this;
  }
}
