import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import { TaskFollower } from "../store/task-follower.ts";
import { isFinalStatus, type StoredTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import type { TasksEnv } from "./answer-text.ts";
import { logAnswer, taskAnswer } from "./answers.ts";
import type { BytesInFlight } from "./bytes-in-flight.ts";
import { clampLogId } from "./caller-text.ts";
import { EventWriter } from "./event-writer.ts";
import type { ExplainPending } from "./explain-pending.ts";
import { onAbort } from "./on-abort.ts";

/** Clients take a stream for dead that says nothing for 45 s. */
const heartbeatMs = 15_000;

/** A short task has ended by then, and all that there is to say goes out at once. */
const gatherMs = 10;

export interface StreamOptions {
  /** The task of a request that creates it, as the first event tells it. */
  begun?: StoredTask;
  /** Nobody can have taken it yet. */
  isNew?: boolean;
  explain: ExplainPending;
  /** What large answers hold. */
  answers: BytesInFlight;
  /** Aborted when the server closes: the stream ends then. */
  closing: AbortSignal;
}

/**
 * Answers a task as server-sent events until it has ended: `log` for each log, with the log's id as `id:`, and `status`
 * with the task, at once, at each new status, and when a pending task waits for another reason than before; the final one
 * comes last. `Last-Event-ID` resumes after a log.
 *
 * Written to Node's own answer: the streams of the web cost more than all the rest of a short task.
 */
export function streamTask(
  context: Context<TasksEnv>,
  store: TaskStore,
  taskId: string,
  { begun, isNew = false, explain, answers, closing }: StreamOptions,
): Response {
  const { outgoing } = context.env;
  const lastEventId = Number(context.req.header("Last-Event-ID") ?? -1);
  const afterId = begun === undefined && Number.isInteger(lastEventId) ? clampLogId(lastEventId) : -1;
  const head = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
    "X-Accel-Buffering": "no",
  };
  outgoing.writeHead(200, [...context.body(null, 200, head).headers].flat());
  let wake = () => {};
  const news = () => wake();
  const created = isNew ? begun : undefined;
  const follower = new TaskFollower(store, taskId, { afterId, created, onNews: news });
  const heartbeat = setInterval(() => outgoing.write(": still here\n\n"), heartbeatMs);
  outgoing.once("close", news);
  const stopListening = onAbort(closing, news);
  const isOver = () => outgoing.destroyed || closing.aborted;
  const changed = () => new Promise<void>((resolve) => (wake = resolve));
  const events = new EventWriter(outgoing, answers, context.get("caller").id);
  sendNews(events, follower, { changed, isOver, begun, explain })
    .catch(() => outgoing.destroy()) // the client opens it again, after the last log that it has
    .finally(() => {
      clearInterval(heartbeat);
      stopListening();
      outgoing.off("close", news);
      follower.close();
    });
  return RESPONSE_ALREADY_SENT;
}

interface Sending {
  begun: StoredTask | undefined;
  explain: ExplainPending;
  /** Resolves at the next change, or when the stream is over. */
  changed(): Promise<void>;
  isOver(): boolean;
}

async function sendNews(
  events: EventWriter,
  follower: TaskFollower,
  { begun, explain, changed, isOver }: Sending,
): Promise<void> {
  let status = begun?.status;
  let reason = begun && (await explain(begun));
  if (begun) await events.add("status", taskAnswer(begun, reason));
  if (begun) await Promise.race([changed(), new Promise((resolve) => setTimeout(resolve, gatherMs))]);
  while (!isOver()) {
    // Armed before the read: a change in between is not missed.
    const next = changed();
    const news = await follower.read();
    if (!news) break;
    const { task, logs, isAll } = news;
    const isEnded = isFinalStatus(task.status) && isAll;
    if (!isFinalStatus(task.status)) {
      const why = await explain(task);
      if (task.status !== status || why !== reason) await events.add("status", taskAnswer(task, why));
      [status, reason] = [task.status, why];
    }
    for (const log of logs) await events.add("log", logAnswer(log, task), log.id);
    if (isEnded) await events.add("status", taskAnswer(task));
    if (isEnded) break;
    await events.flush();
    if (isAll) await next;
  }
  events.end();
}
