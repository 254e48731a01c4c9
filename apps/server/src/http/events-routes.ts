import { deepestNesting, mostSharedTasks, refusedStreamChange, sharedTaskId } from "@oomol/connect-core/wire";
import { Hono } from "hono";
import { z } from "zod";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import { Refusal } from "../refusal.ts";
import type { TaskStore } from "../store/task-store.ts";
import type { TasksEnv } from "./answer-text.ts";
import type { BytesInFlight } from "./bytes-in-flight.ts";
import { clampLogId } from "./caller-text.ts";
import { createExplainPending } from "./explain-pending.ts";
import { nodeBody } from "./node-body.ts";
import { openEventStream } from "./open-event-stream.ts";
import { type BodyLimits, parseJson, readBody } from "./read-json-body.ts";
import { SharedStream } from "./shared-stream.ts";
import { checkStreamId, type SharedStreams, type StreamChange } from "./shared-streams.ts";
import { wantsEvents } from "./wants-events.ts";

export interface EventsRoutesParts {
  catalog: PackageCatalog;
  store: TaskStore;
  limits: BodyLimits;
  /** Bodies of requests. */
  inFlight: BytesInFlight;
  /** Answers that are large. */
  answers: BytesInFlight;
  streams: SharedStreams;
  /** Aborted when the server closes: streams end then. */
  closing: AbortSignal;
}

/** Everything under `/v1/events`: streams that carry many tasks of a client (connect-api 6.10). */
export function eventsRoutes(parts: EventsRoutesParts): Hono<TasksEnv> {
  const { catalog, store, limits, inFlight, answers, streams, closing } = parts;
  const routes = new Hono<TasksEnv>();

  routes.post("/:stream", async (context) => {
    const { caller } = context.var;
    const id = checkStreamId(context.req.param("stream"));
    using held = inFlight.open(caller.id);
    const ownLimits = { ...limits, bodyLimitBytes: Math.min(limits.bodyLimitBytes, mostBytes) };
    const body = await readBody(context.req.raw, ownLimits, held, nodeBody(context));
    const change = readChange(new TextDecoder().decode(body));
    if (!wantsEvents(context.req)) {
      streams.change(caller, id, change);
      return context.json({ success: true });
    }
    const stream = new SharedStream({ store, caller, explain: createExplainPending(catalog) });
    const forget = streams.add(caller, id, stream);
    const opened = openEventStream(context, { answers, closing, onOver: () => stream.wake() });
    streams.change(caller, id, change);
    return opened.run(
      () => stream.send(opened.events, opened.isOver),
      () => {
        forget();
        stream.close();
      },
    );
  });

  return routes;
}

/** As many tasks as a stream carries, with ids of the usual length many times over. */
const mostBytes = 1024 * 1024;

/** The body of `POST /v1/events/{stream}`. */
export const streamBodySchema = z.looseObject({
  tasks: z
    .record(z.string().regex(sharedTaskId), z.int().min(-1))
    .refine((tasks) => Object.keys(tasks).length <= mostSharedTasks)
    .default({})
    .meta({ description: "The last log that the client has of each task; -1 for none." }),
  leave: z
    .array(z.string().regex(sharedTaskId))
    .max(mostSharedTasks)
    .default([])
    .meta({ description: "Tasks that nobody follows any more." }),
});

function readChange(text: string): StreamChange {
  const checked = streamBodySchema.safeParse(
    parseJson(text, deepestNesting, () => "The body is not valid JSON."),
  );
  if (!checked.success) {
    throw new Refusal(400, refusedStreamChange);
  }
  const { tasks, leave } = checked.data;
  const join = Object.entries(tasks).map(([id, after]) => [id, clampLogId(after)] as const);
  return { leave, join: new Map(join) };
}
