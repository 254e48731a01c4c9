import type { Http } from "../http/http.ts";
import type { HttpCall } from "../http/http-call.ts";
import type { Task } from "../types.ts";
import type { Clock } from "../waiting/delay.ts";
import type { createTaskAnswerSchema } from "../wire/index.ts";
import { eventStreamType, openTaskStream, type TaskStream } from "./task-stream.ts";

/** A new task, and the stream of its events if its creation has opened one. */
export interface Created {
  task: Task;
  stream?: TaskStream;
  /** A stream was asked for and did not come through. */
  isSpoiled?: boolean;
}

export type CreationCall = HttpCall<typeof createTaskAnswerSchema> & { signal: AbortSignal };

/** The server has accepted the task and said so by then, unless what lies between holds the stream back. */
const creationProofMs = 5_000;

/**
 * Creates a task by a request whose answer is the stream of its events, which saves the second request. If that fails
 * in a way that `mayPass`, at a buffering gateway for instance, the task is created as usual, under the same idempotency key:
 * whatever the first request did, there is one task.
 *
 * @throws What {@link Http.call} throws.
 */
export async function createStreamed(
  http: Http,
  clock: Clock,
  call: CreationCall,
  mayPass: (failure: unknown) => boolean,
): Promise<Created> {
  const release = http.ways.gets("creation") ? await http.hold("events") : undefined;
  if (!release) return (await http.call(call)).data;
  let stream: TaskStream | undefined;
  try {
    const created = await tryStream(http, clock, call, mayPass);
    stream = created?.stream;
    if (created && !stream) return created;
    if (created && stream) return { ...created, stream: releasing(stream, release) };
  } finally {
    if (!stream) release();
  }
  return { task: (await http.call(call)).data.task, isSpoiled: true };
}

/** Nothing if the creation is to be retried without a stream. */
async function tryStream(
  http: Http,
  clock: Clock,
  call: CreationCall,
  mayPass: (failure: unknown) => boolean,
): Promise<Created | undefined> {
  let stream: TaskStream | undefined;
  try {
    const headers = { ...call.headers, accept: `${eventStreamType}, application/json` };
    const streamed = { ...call, headers, isSingleAttempt: true, proofMs: creationProofMs };
    const opened = await http.openOrCall(streamed, (head) =>
      head.header("content-type")?.startsWith(eventStreamType),
    );
    if ("answer" in opened) return opened.answer.data;
    stream = openTaskStream(opened.body, clock, `${call.method} ${call.path}`);
    const first = await stream.next(call.signal);
    if (first && "task" in first) {
      http.ways.prove("creation");
      return { task: first.task, stream };
    }
    await stream.cancel();
    http.ways.spoil("creation", undefined);
    return undefined;
  } catch (failure) {
    await stream?.cancel();
    call.signal.throwIfAborted();
    if (!mayPass(failure)) throw failure;
    http.ways.spoil("creation", failure);
    await http.beforeOtherWay(call, failure);
    return undefined;
  }
}

function releasing(stream: TaskStream, release: () => void): TaskStream {
  return {
    next: (signal) => stream.next(signal),
    cancel() {
      release();
      return stream.cancel();
    },
  };
}
