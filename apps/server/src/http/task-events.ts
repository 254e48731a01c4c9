import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { isTerminal, type StoredTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import { logAnswer, taskAnswer } from "./answers.ts";
import { clampLogId } from "./caller-text.ts";

/** Clients take a stream for dead that says nothing for 45 s. */
const heartbeatMs = 15_000;

/**
 * Answers a task as server-sent events until it has ended: `log` for each log, with the log's id as `id:`, and `status`
 * with the task, at once and at each new status; the terminal one comes last. `Last-Event-ID` resumes after a log.
 */
export function streamTask(
  context: Context,
  store: TaskStore,
  taskId: string,
  closing: AbortSignal,
): Response {
  const lastEventId = Number(context.req.header("Last-Event-ID") ?? -1);
  return streamSSE(context, async (stream) => {
    const position: Position = {
      logId: Number.isInteger(lastEventId) ? clampLogId(lastEventId) : -1,
      status: undefined,
    };
    let wake = () => {};
    const news = () => wake();
    stream.onAbort(news);
    closing.addEventListener("abort", news);
    const stopListening = store.changes.listen(taskId, news);
    const heartbeat = setInterval(() => void stream.write(": still here\n\n"), heartbeatMs);
    try {
      while (!stream.aborted && !closing.aborted) {
        // Armed before the read: a change in between is not missed.
        const changed = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (await writeNews(stream, store, taskId, position)) return;
        await changed;
      }
    } finally {
      clearInterval(heartbeat);
      closing.removeEventListener("abort", news);
      stopListening();
    }
  });
}

interface Position {
  logId: number;
  status: StoredTask["status"] | undefined;
}

/** True when nothing more can come. */
async function writeNews(stream: SSEStreamingApi, store: TaskStore, taskId: string, position: Position) {
  // Status first: logs that are read after a terminal one are all there are.
  const task = await store.get(taskId);
  if (!task) return true;
  const isOver = isTerminal(task.status);
  const status = task.status === position.status ? "" : encodeEvent("status", taskAnswer(task));
  position.status = task.status;
  // Together as far as they are few: each write is a system call.
  let text = isOver ? "" : status;
  for await (const page of store.logPages(taskId, position.logId)) {
    for (const log of page) {
      text += encodeEvent("log", logAnswer(log, task), log.id);
      position.logId = log.id;
      if (text.length < writtenTogether) continue;
      await stream.write(text);
      text = "";
    }
    if (stream.aborted) return true;
  }
  if (isOver) text += status;
  if (text !== "") await stream.write(text);
  return isOver;
}

/** In characters. */
const writtenTogether = 64 * 1024;

/** JSON holds no line break, which would end the data. */
function encodeEvent(event: "log" | "status", data: object, id?: number): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n${id === undefined ? "" : `id: ${id}\n`}\n`;
}
