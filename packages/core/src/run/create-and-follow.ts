import type { Http } from "../http/http.ts";
import type { ResolvedClientOptions } from "../options.ts";
import { streamsOf } from "./client-streams.ts";
import type { Created, CreationCall } from "./created.ts";
import { eventStreamType, openTaskStream, type TaskStream } from "./task-stream.ts";

/** The server has accepted the task and said so by then, unless what lies between holds the stream back. */
const creationProofMs = 5_000;

/**
 * Creates a task by a request whose answer is the stream of its events, which saves the second request; with many under way, one
 * that joins the stream that they share. If that fails
 * in a way that `mayPass`, at a buffering gateway for instance, the task is created as usual, under the same idempotency key:
 * whatever the first request did, there is one task.
 *
 * @throws What {@link Http.call} throws.
 */
export async function createStreamed(
  http: Http,
  options: ResolvedClientOptions,
  call: CreationCall,
  mayPass: (failure: unknown) => boolean,
): Promise<Created> {
  if (!http.ways.gets("creation")) return (await http.call(call)).data;
  const streams = streamsOf(http, options);
  const shared = await streams.choose(call.headers);
  const joined = await shared?.create(call);
  if (joined) return joined;
  if (shared) streams.countOwn();
  const release = await streams.holdOwn();
  if (!release) return (await http.call(call)).data;
  let stream: TaskStream | undefined;
  try {
    const created = await tryStream(http, options, call, mayPass);
    stream = created?.stream;
    // One of its own came through where the shared one did not.
    if (shared && stream) streams.spoilShared();
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
  { clock }: ResolvedClientOptions,
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
