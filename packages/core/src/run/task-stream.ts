import { createParser, type EventSourceMessage } from "eventsource-parser";
import { ConnectionError, TimeoutError } from "../errors/index.ts";
import type { Http } from "../http/http.ts";
import { toTransportError } from "../transport/transport.ts";
import type { Task, TaskLog } from "../types.ts";
import type { Clock } from "../waiting/delay.ts";
import { readBeforeSilence } from "../waiting/read-before-silence.ts";
import { taskLogSchema, taskSchema, validate } from "../wire/index.ts";
import type { StreamedEvent } from "./task-watch.ts";

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
  const arrived: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => arrived.push(message) });
  const decoder = new TextDecoder();
  const reader = response.stream().getReader();
  try {
    for (;;) {
      const next = await readBeforeSilence(reader, { clock, longestSilenceMs, signal }).catch(
        (failure: unknown) => {
          signal.throwIfAborted();
          throw brokenStream(path, toTransportError(failure).message, failure);
        },
      );
      if (next === "silent")
        throw new TimeoutError({ awaited: `an event of GET ${path}`, timeoutMs: longestSilenceMs });
      if (next.done) return;
      parser.feed(decoder.decode(next.value, { stream: true }));
      for (const message of arrived.splice(0)) {
        const event = parseEvent(message);
        if (event) yield event;
      }
    }
  } finally {
    // Closes the connection where the reader left early.
    await reader.cancel().catch(() => undefined);
  }
}

/** Opening it again goes on after the last log. */
function brokenStream(path: string, reason: string, cause?: unknown): ConnectionError {
  const facts = { method: "GET", address: path, mayHaveHappened: false, isRetryable: true };
  return new ConnectionError({ ...facts, reason, cause });
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
    const log = validate(taskLogSchema, data);
    return log.isValid ? { log: log.data } : undefined;
  }
  if (message.event !== "status") return undefined;
  const task = validate(taskSchema, data);
  return task.isValid ? { task: task.data } : undefined;
}
