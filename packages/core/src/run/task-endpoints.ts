import { callHeld } from "../http/call-held.ts";
import type { Http } from "../http/http.ts";
import { path } from "../http/path.ts";
import { isTransient } from "../http/with-retries.ts";
import type { ResolvedClientOptions } from "../options.ts";
import { isFinalStatus } from "../states.ts";
import type { Task } from "../types.ts";
import { taskAnswerSchema } from "../wire/index.ts";
import type { Created } from "./create-and-follow.ts";
import { callForLogs } from "./log-page.ts";
import type { readTaskStream, TaskStream } from "./task-stream.ts";
import type { StreamedEvent, TaskEndpoints } from "./task-watch.ts";

/** The requests of a task's watch: single attempts, since the wait retries by itself. */
export function createTaskEndpoints(
  http: Http,
  { clock, hooks }: ResolvedClientOptions,
  taskId: string,
  headers: Readonly<Record<string, string>> | undefined,
  created?: Created,
): TaskEndpoints {
  let begun = created;
  const call = {
    ...(headers && { headers }),
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
    async events(options) {
      const { task, stream } = begun ?? {};
      begun = undefined;
      if (task && stream) return readToEnd(task, stream, options.signal);
      const release = await http.hold("events");
      return release && streamTask(release, http, clock, call.path, { ...options, headers });
    },
  };
}

/** The stream that the creation has opened; its first event, the task, has been read. */
async function* readToEnd(
  task: Task,
  stream: TaskStream,
  signal: AbortSignal,
): AsyncGenerator<StreamedEvent, undefined> {
  try {
    // A task that has ended is reported again at the end, after its logs.
    if (!isFinalStatus(task.status)) yield { task };
    for (let event = await stream.next(signal); event; event = await stream.next(signal)) yield event;
  } finally {
    await stream.cancel();
  }
}

/** Loaded if the server streams: pages with other servers never need it. */
async function* streamTask(
  release: () => void,
  ...parameters: Parameters<typeof readTaskStream>
): AsyncGenerator<StreamedEvent, undefined> {
  try {
    const { readTaskStream } = await import("./task-stream.ts");
    yield* readTaskStream(...parameters);
  } finally {
    release();
  }
}
