import { type Http, isTransient } from "./http.ts";
import type { ResolvedClientOptions } from "./options.ts";
import type { readTaskStream } from "./task-stream.ts";
import type { StreamedEvent, TaskEndpoints } from "./task-watch.ts";
import type { Task, TaskLog } from "./types.ts";
import { logsAnswerSchema, taskAnswerSchema } from "./wire/index.ts";

/** What watching a task asks of the API: single attempts, since the wait repeats by itself. */
export function createTaskEndpoints(
  http: Http,
  { clock, hooks, transport }: ResolvedClientOptions,
  headers: Readonly<Record<string, string>> | undefined,
): TaskEndpoints {
  const call = {
    ...(headers && { headers }),
    method: "GET",
    isIdempotent: true,
    isSingleAttempt: true,
  } as const;
  const mayHold = () => http.heldRequests < (transport.heldRequestLimit ?? Number.POSITIVE_INFINITY);

  return {
    holdsAnswers: () => http.extensions.has("wait") && mayHold(),
    streamsEvents: () => http.extensions.has("events") && mayHold(),
    isTransient,
    warn: (message) => hooks.onWarning?.(message),
    async get(taskId, { signal, holdMs }) {
      const seconds = Math.floor(holdMs / 1_000);
      const prefer = seconds > 0 ? { headers: { ...headers, prefer: `wait=${seconds}` }, holdMs } : {};
      const path = taskPath(taskId);
      const request = http.call<{ task: Task }>({
        ...call,
        ...prefer,
        path,
        signal,
        schema: taskAnswerSchema,
      });
      const answer = await (seconds > 0 ? held(http, request) : request);
      const wasHeld = answer.header("preference-applied")?.includes("wait") === true;
      return { state: answer.data.task, wasHeld, retryAfterMs: answer.retryAfterMs };
    },
    async getLogs(taskId, { signal, afterId }) {
      const isShort = afterId !== undefined && http.extensions.has("after");
      const query = isShort ? { query: { after: afterId } } : {};
      const path = `${taskPath(taskId)}/logs`;
      return (
        await http.call<{ logs: TaskLog[] }>({ ...call, ...query, path, signal, schema: logsAnswerSchema })
      ).data.logs;
    },
    events: (taskId, options) => streamTask(http, clock, taskId, { ...options, headers }),
  };
}

function taskPath(taskId: string): string {
  return `/v1/tasks/${encodeURIComponent(taskId)}`;
}

async function held<Answer>(http: Http, request: Promise<Answer>): Promise<Answer> {
  http.heldRequests += 1;
  try {
    return await request;
  } finally {
    http.heldRequests -= 1;
  }
}

/** Loaded where a server streams: pages towards other servers never need it. */
async function* streamTask(
  ...parameters: Parameters<typeof readTaskStream>
): AsyncGenerator<StreamedEvent, undefined> {
  const [http] = parameters;
  http.heldRequests += 1;
  try {
    const { readTaskStream } = await import("./task-stream.ts");
    yield* readTaskStream(...parameters);
  } finally {
    http.heldRequests -= 1;
  }
}
