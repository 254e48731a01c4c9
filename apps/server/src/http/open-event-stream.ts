import type { ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import type { TasksEnv } from "./answer-text.ts";
import type { BytesInFlight } from "./bytes-in-flight.ts";
import { EventWriter } from "./event-writer.ts";
import { onAbort } from "./on-abort.ts";

/** Clients take a stream for dead that says nothing for 45 s. */
const heartbeatMs = 15_000;

/** An answer of server-sent events that has begun. */
export interface OpenedEventStream {
  events: EventWriter;
  /** The client is gone, or the server closes. */
  isOver(): boolean;
  /** Says what there is to say, and then lets go of the stream. */
  run(send: () => Promise<void>, close: () => void): Response;
}

export interface EventStreamOptions {
  /** What large answers hold. */
  answers: BytesInFlight;
  /** Aborted when the server closes: the stream ends then. */
  closing: AbortSignal;
  /** Called when the stream is over. */
  onOver(): void;
}

/**
 * Begins to answer with server-sent events. To Node's own answer: the streams of the web cost more than all the rest of a short
 * task.
 */
export function openEventStream(
  context: Context<TasksEnv>,
  { answers, closing, onOver }: EventStreamOptions,
): OpenedEventStream {
  const { outgoing } = context.env;
  writeHead(context, outgoing);
  const events = new EventWriter(outgoing, answers, context.get("caller").id);
  const heartbeat = setInterval(() => events.beat(), heartbeatMs);
  outgoing.once("close", onOver);
  const stopListening = onAbort(closing, onOver);
  return {
    events,
    isOver: () => outgoing.destroyed || closing.aborted,
    run(send, close) {
      send()
        .catch(() => outgoing.destroy()) // the client opens it again, after the last log that it has
        .finally(() => {
          clearInterval(heartbeat);
          stopListening();
          outgoing.off("close", onOver);
          close();
        });
      return RESPONSE_ALREADY_SENT;
    },
  };
}

function writeHead(context: Context<TasksEnv>, outgoing: ServerResponse): void {
  const head = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
    "X-Accel-Buffering": "no",
  };
  outgoing.writeHead(200, [...context.body(null, 200, head).headers].flat());
}
