import { callHeld } from "../http/call-held.ts";
import type { Http } from "../http/http.ts";
import { path } from "../http/path.ts";
import { isTransient } from "../http/with-retries.ts";
import type { ResolvedClientOptions } from "../options.ts";
import type { OwnOptions } from "../request-options.ts";
import { taskAnswerSchema } from "../wire/index.ts";
import type { Created } from "./created.ts";
import { callForLogs } from "./log-page.ts";
import type { TaskEndpoints } from "./task-watch.ts";

/** The requests of a task's watch: single attempts, since the wait retries by itself. */
export function createTaskEndpoints(
  http: Http,
  options: ResolvedClientOptions,
  taskId: string,
  own: OwnOptions,
  created?: Created,
): TaskEndpoints {
  const { clock, hooks } = options;
  let begun = created;
  const call = {
    ...own,
    method: "GET",
    path: path`/v1/tasks/${taskId}`,
    isIdempotent: true,
    isSingleAttempt: true,
  } as const;
  return {
    holdsAnswers: () => http.mayHold("wait"),
    streamsEvents: () => http.mayHold("events"),
    isTransient,
    warn: (message) => hooks.onWarning?.(message),
    avoidStreams: (reason) => http.ways.avoid("events", reason),
    async get({ signal, holdMs }) {
      const look = { ...call, signal, schema: taskAnswerSchema };
      const { answer, wasHeld } = await callHeld(http, clock, look, holdMs);
      return { state: answer.data.task, wasHeld, retryAfterMs: answer.retryAfterMs };
    },
    async getLogs({ signal, afterId }) {
      const { next, logs } = await callForLogs(http, { ...call, path: `${call.path}/logs`, signal }, afterId);
      return { logs, isAll: next === undefined };
    },
    async events(wanted) {
      const opening = { ...wanted, ...own, created: begun };
      begun = undefined;
      // Loaded if the server streams: pages with other servers never need it.
      const { openEvents } = await import("./open-events.ts");
      return openEvents(http, options, taskId, opening);
    },
  };
}
