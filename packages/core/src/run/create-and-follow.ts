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
}

export type CreationCall = HttpCall<typeof createTaskAnswerSchema> & { signal: AbortSignal };

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
  const keyed = { ...call, idempotencyKey: crypto.randomUUID() };
  const free = http.holdConnection();
  let isHeld = true;
  const release = () => {
    if (isHeld) free();
    isHeld = false;
  };
  try {
    const created = await tryStream(http, clock, keyed, mayPass);
    if (created?.stream) return { task: created.task, stream: releasing(created.stream, release) };
    release();
    return created ?? (await http.call(keyed)).data;
  } catch (failure) {
    release();
    throw failure;
  }
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
    const opened = await http.openOrCall({ ...call, isSingleAttempt: true }, eventStreamType);
    if ("answer" in opened) return opened.answer.data;
    stream = openTaskStream(opened.body, clock, `${call.method} ${call.path}`);
    const first = await stream.next(call.signal);
    if (first && "task" in first) return { task: first.task, stream };
    await stream.cancel();
    return undefined;
  } catch (failure) {
    await stream?.cancel();
    call.signal.throwIfAborted();
    if (!mayPass(failure)) throw failure;
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
