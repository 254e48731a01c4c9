import { createParser, type EventSourceMessage } from "eventsource-parser";
import { ConnectionError, TimeoutError } from "../errors/index.ts";
import type { Http } from "../http/http.ts";
import type { RequestOptions } from "../request-options.ts";
import type { TransportResponse } from "../transport/transport.ts";
import { toTransportError } from "../transport/transport-error.ts";
import type { Clock } from "../waiting/delay.ts";
import { readBeforeSilence } from "../waiting/read-before-silence.ts";
import { withExactNumbers } from "../wire/exact-numbers.ts";
import { taskLogSchema, taskSchema, validate } from "../wire/index.ts";
import type { StreamedEvent } from "./task-watch.ts";

/** The server sends at least a comment more often than this; a stream that is silent for longer is dead (connect-api 6.3). */
const longestPauseMs = 45_000;

/** The first event says how far the task is, and comes at once, unless something between holds it back. */
export const proofMs = 3_000;

/** The media type of server-sent events. */
export const eventStreamType = "text/event-stream";

export interface TaskStreamOptions {
  signal: AbortSignal;
  /** Resume after this log. */
  afterId: number | undefined;
  headers?: RequestOptions["headers"] | undefined;
  run?: RequestOptions["run"];
}

/** Status and logs of the task at `path` as the server sends them; ends when the server ends the stream. */
export async function* readTaskStream(
  http: Http,
  clock: Clock,
  path: string,
  { signal, afterId, headers, run }: TaskStreamOptions,
): AsyncGenerator<StreamedEvent, undefined> {
  const resume = afterId === undefined ? {} : { "last-event-id": String(afterId) };
  const call = {
    method: "GET",
    path,
    schema: taskSchema,
    isIdempotent: true,
    isSingleAttempt: true,
    proofMs,
    signal,
    run,
    headers: { ...headers, ...resume },
  } as const;
  const stream = openTaskStream(await http.open(call, eventStreamType), clock, `GET ${path}`);
  try {
    for (let event = await stream.next(signal); event; event = await stream.next(signal)) yield event;
  } finally {
    await stream.cancel();
  }
}

/** The events in the body of an answer. */
export interface EventStream<Event> {
  /** The next event; nothing if the server has ended the stream. */
  next(signal: AbortSignal): Promise<Event | undefined>;
  /** Closes the connection, if the server has not. */
  cancel(): Promise<void>;
}

export type TaskStream = EventStream<StreamedEvent>;

/** `request` names the answered request, `GET /v1/tasks/17` for instance. */
export function openTaskStream(response: TransportResponse, clock: Clock, request: string): TaskStream {
  return openEventStream(response, clock, { request, parse: parseEvent });
}

export interface EventStreamOptions<Event> {
  request: string;
  /** What a message tells; nothing if it is unknown here. */
  parse(message: EventSourceMessage): Event | undefined;
  /** Called with each sign of life. */
  onBytes?(): void;
}

export function openEventStream<Event>(
  response: TransportResponse,
  clock: Clock,
  { request, parse, onBytes }: EventStreamOptions<Event>,
): EventStream<Event> {
  const arrived: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => arrived.push(message) });
  const decoder = new TextDecoder();
  const reader = response.stream().getReader();
  const [, path = request] = request.split(" ");
  let isProven = false;

  const readMore = async (signal: AbortSignal): Promise<boolean> => {
    const longestSilenceMs = isProven ? longestPauseMs : proofMs;
    const next = await readBeforeSilence(reader, { clock, longestSilenceMs, signal }).catch(
      (failure: unknown) => {
        signal.throwIfAborted();
        throw brokenStream(path, toTransportError(failure).message, failure);
      },
    );
    if (next === "silent")
      throw new TimeoutError({ awaited: `an event of ${request}`, timeoutMs: longestSilenceMs });
    if (!next.done) parser.feed(decoder.decode(next.value, { stream: true }));
    onBytes?.();
    return !next.done;
  };

  return {
    async next(signal) {
      for (;;) {
        for (let message = arrived.shift(); message; message = arrived.shift()) {
          const event = parse(message);
          isProven ||= event !== undefined;
          if (event) return event;
        }
        if (!(await readMore(signal))) return undefined;
      }
    },
    async cancel() {
      await reader.cancel().catch(() => undefined);
      response.abort?.();
    },
  };
}

/** A new stream continues after the last log. */
function brokenStream(path: string, reason: string, cause?: unknown): ConnectionError {
  const facts = { method: "GET", address: path, mayHaveHappened: false, isRetryable: true };
  return new ConnectionError({ ...facts, reason, cause });
}

/** Events with other names, or other content, belong to a newer server. */
export function parseEvent(message: EventSourceMessage): StreamedEvent | undefined {
  let data: unknown;
  try {
    data = JSON.parse(withExactNumbers(message.data));
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
