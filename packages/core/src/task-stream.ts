import { type EventSourceMessage, EventSourceParserStream } from "eventsource-parser/stream";
import type { Clock } from "./delay.ts";
import { ConnectionError } from "./errors/index.ts";
import type { Http } from "./http.ts";
import type { StreamedEvent } from "./task-watch.ts";
import type { Task, TaskLog } from "./types.ts";
import { taskLogSchema, taskSchema, validate } from "./wire/index.ts";

/** The server sends at least a comment that often; a stream that is silent for longer is dead (`connect-api.md`, `events`). */
const longestSilenceMs = 45_000;

export interface TaskStreamOptions {
  signal: AbortSignal;
  /** Resume after this log. */
  afterId: number | undefined;
  headers: Readonly<Record<string, string>> | undefined;
}

/** Status and logs of a task as the server sends them; ends when the server ends the stream. */
export async function* readTaskStream(
  http: Http,
  clock: Clock,
  taskId: string,
  { signal, afterId, headers }: TaskStreamOptions,
): AsyncGenerator<StreamedEvent, undefined> {
  const path = `/v1/tasks/${encodeURIComponent(taskId)}`;
  const resume = afterId === undefined ? {} : { "last-event-id": String(afterId) };
  const call = {
    method: "GET",
    path,
    schema: taskSchema,
    isIdempotent: true,
    isSingleAttempt: true,
    signal,
    headers: { ...headers, ...resume },
  } as const;
  const response = await http.open(call, "text/event-stream");
  const bytes = response.stream();
  let lastByteMs = clock.now();
  const heard = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      lastByteMs = clock.now();
      controller.enqueue(chunk);
    },
  });
  const reader = bytes
    .pipeThrough(heard)
    // The types of TextDecoderStream do not fit those of pipeThrough.
    .pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>)
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    for (;;) {
      const next = await readBeforeSilence(reader, clock, () => lastByteMs, signal);
      if (next === "silent") {
        const reason = `nothing came for ${longestSilenceMs} ms`;
        throw new ConnectionError({
          method: "GET",
          address: path,
          reason,
          mayHaveHappened: false,
          isRetryable: true,
        });
      }
      if (next.done) return;
      const event = parseEvent(next.value);
      if (event) yield event;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function readBeforeSilence(
  reader: ReadableStreamDefaultReader<EventSourceMessage>,
  clock: Clock,
  lastByteMs: () => number,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof reader.read>> | "silent"> {
  const timer = new AbortController();
  const silence = async (): Promise<"silent" | undefined> => {
    for (;;) {
      const leftMs = lastByteMs() + longestSilenceMs - clock.now();
      if (leftMs <= 0) return "silent";
      await clock.delay(leftMs, timer.signal);
    }
  };
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: timer.signal });
  });
  try {
    const read = reader.read();
    return (await Promise.race([read, silence().catch(() => "silent" as const), aborted])) ?? "silent";
  } finally {
    timer.abort();
  }
}

/** Events of other names, or that hold something else, belong to a newer server. */
function parseEvent(message: EventSourceMessage): StreamedEvent | undefined {
  let data: unknown;
  try {
    data = JSON.parse(message.data);
  } catch {
    return undefined;
  }
  if (message.event === "log") {
    const log = validate<TaskLog>(taskLogSchema, data);
    return log.isValid ? { log: log.data } : undefined;
  }
  if (message.event !== "status") return undefined;
  const task = validate<Task>(taskSchema, data);
  return task.isValid ? { task: task.data } : undefined;
}
