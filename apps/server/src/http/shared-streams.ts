import { refusedStreamId, sharedStreamId } from "@oomol/connect-core/wire";
import { Refusal } from "../refusal.ts";
import type { Caller } from "./callers.ts";
import type { JoinOptions, SharedStream } from "./shared-stream.ts";

/** The other processes that answer the same callers, each of which has streams of its own. */
export interface OtherProcesses {
  /** A word without spaces; neither ids of streams nor those of tasks hold what parts one (connect-api 6.10). */
  tell(word: string): void;
  onTold(listener: (word: string) => void): void;
}

/** What a request changes about a stream. */
export interface StreamChange {
  leave?: readonly string[];
  /** The last log that the client has of each task. */
  join?: ReadonlyMap<string, number>;
}

/**
 * The streams that this process sends, by their callers and the ids that those gave them. A request about a stream may come to
 * any process of a cluster: if the stream is not here, the others are told.
 */
export class SharedStreams {
  readonly #streams = new Map<string, SharedStream>();
  readonly #others: OtherProcesses | undefined;

  constructor(others: OtherProcesses | undefined) {
    this.#others = others;
    others?.onTold((word) => this.#hear(word));
  }

  /** Finds `stream` for requests from now on, instead of an earlier one of the same id; the answer ends that. */
  add(caller: Caller, streamId: string, stream: SharedStream): () => void {
    const key = keyOf(caller, streamId);
    this.#streams.set(key, stream);
    return () => {
      if (this.#streams.get(key) === stream) this.#streams.delete(key);
    };
  }

  /** A stream that is not there (any more) changes nothing: its client opens another, with all of its tasks. */
  change(caller: Caller, streamId: string, { leave = [], join = new Map() }: StreamChange): void {
    const key = keyOf(caller, streamId);
    const stream = this.#streams.get(key);
    for (const taskId of leave) {
      if (stream) stream.leave(taskId);
      else this.#others?.tell(`${key}/${taskId}`);
    }
    for (const [taskId, afterId] of join) this.#join(key, taskId, { afterId });
  }

  /** Adds a task that the caller has just created. */
  join(caller: Caller, streamId: string, taskId: string, options: JoinOptions): void {
    this.#join(keyOf(caller, streamId), taskId, options);
  }

  #join(key: string, taskId: string, options: JoinOptions): void {
    const stream = this.#streams.get(key);
    if (stream) stream.join(taskId, options);
    else this.#others?.tell(`${key}/${taskId}/${options.afterId ?? -1}`);
  }

  #hear(word: string): void {
    const [caller, streamId, taskId = "", afterId] = word.split("/");
    const stream = this.#streams.get(`${caller}/${streamId}`);
    if (afterId === undefined) stream?.leave(taskId);
    else stream?.join(taskId, { afterId: Number(afterId) });
  }
}

/** Whoever knows the id of another caller's stream reaches nothing by it. */
const keyOf = (caller: Caller, streamId: string) => `${encodeURIComponent(caller.id)}/${streamId}`;

/** The id of a stream as a client names it; throws a {@link Refusal}. */
export function checkStreamId(streamId: string): string {
  if (sharedStreamId.test(streamId)) return streamId;
  throw new Refusal(400, refusedStreamId);
}
