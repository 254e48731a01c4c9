import type { Context } from "hono";
import { TaskFollower } from "../store/task-follower.ts";
import { isFinalStatus, type StoredTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import type { TasksEnv } from "./answer-text.ts";
import { logAnswer, taskAnswer } from "./answers.ts";
import type { BytesInFlight } from "./bytes-in-flight.ts";
import { clampLogId } from "./caller-text.ts";
import type { EventWriter } from "./event-writer.ts";
import type { ExplainPending } from "./explain-pending.ts";
import { openEventStream } from "./open-event-stream.ts";

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
 */
export function streamTask(
  context: Context<TasksEnv>,
  store: TaskStore,
  taskId: string,
  { begun, isNew = false, explain, answers, closing }: StreamOptions,
): Response {
  const lastEventId = Number(context.req.header("Last-Event-ID") ?? -1);
  const afterId = begun === undefined && Number.isInteger(lastEventId) ? clampLogId(lastEventId) : -1;
  let wake = () => {};
  const news = () => wake();
  const { events, isOver, run } = openEventStream(context, { answers, closing, onOver: news });
  const created = isNew ? begun : undefined;
  const follower = new TaskFollower(store, taskId, { afterId, created, onNews: news });
  const changed = () => new Promise<void>((resolve) => (wake = resolve));
  return run(
    () => sendNews(events, follower, { changed, isOver, begun, explain }),
    () => follower.close(),
  );
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
