import type { ServerResponse } from "node:http";
import { setImmediate as breathe } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import { TaskFollower } from "../store/task-follower.ts";
import { isFinalStatus, type StoredTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import { pieceCharacters, piecesOf } from "../text-pieces.ts";
import { logText, taskAnswer } from "./answers.ts";
import { clampLogId } from "./caller-text.ts";
import type { CallerEnv } from "./callers.ts";

/** What routes of tasks know of a request. */
export type TasksEnv = CallerEnv & { Bindings: HttpBindings };

/** Clients take a stream for dead that says nothing for 45 s. */
const heartbeatMs = 15_000;

/** In characters. */
const writtenTogether = 64 * 1024;

/** A short task has ended by then, and all that there is to say goes out at once. */
const gatherMs = 5;

export interface StreamOptions {
  /** The task of a request that creates it, as the first event tells it. */
  begun?: StoredTask;
  /** Nobody can have taken it yet. */
  isNew?: boolean;
  /** Aborted when the server closes: the stream ends then. */
  closing: AbortSignal;
}

/**
 * Answers a task as server-sent events until it has ended: `log` for each log, with the log's id as `id:`, and `status`
 * with the task, at once and at each new status; the final one comes last. `Last-Event-ID` resumes after a log.
 *
 * Written to Node's own answer: the streams of the web cost more than all the rest of a short task.
 */
export function streamTask(
  context: Context<TasksEnv>,
  store: TaskStore,
  taskId: string,
  { begun, isNew = false, closing }: StreamOptions,
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
  closing.addEventListener("abort", news);
  const isOver = () => outgoing.destroyed || closing.aborted;
  const changed = () => new Promise<void>((resolve) => (wake = resolve));
  sendNews(outgoing, follower, { changed, isOver, begun })
    .catch(() => outgoing.destroy()) // the client opens it again, after the last log that it has
    .finally(() => {
      clearInterval(heartbeat);
      closing.removeEventListener("abort", news);
      outgoing.off("close", news);
      follower.close();
    });
  return RESPONSE_ALREADY_SENT;
}

interface Sending {
  begun: StoredTask | undefined;
  /** Resolves at the next change, or when the stream is over. */
  changed(): Promise<void>;
  isOver(): boolean;
}

async function sendNews(
  outgoing: ServerResponse,
  follower: TaskFollower,
  { begun, changed, isOver }: Sending,
): Promise<void> {
  let status = begun?.status;
  let text = begun ? encodeEvent("status", taskAnswer(begun).text) : "";
  if (begun) await Promise.race([changed(), new Promise((resolve) => setTimeout(resolve, gatherMs))]);
  while (!isOver()) {
    // Armed before the read: a change in between is not missed.
    const next = changed();
    const news = await follower.read();
    if (!news) break;
    const { task, logs, isAll } = news;
    const isEnded = isFinalStatus(task.status) && isAll;
    const isNews = isEnded || (task.status !== status && !isFinalStatus(task.status));
    const statusText = isNews ? encodeEvent("status", taskAnswer(task).text) : "";
    if (isNews) status = task.status;
    if (!isEnded) text += statusText;
    for (const log of logs) {
      text += encodeEvent("log", logText(log, task), log.id);
      if (text.length < writtenTogether) continue;
      await write(outgoing, text);
      text = "";
    }
    if (isEnded) {
      await end(outgoing, text + statusText);
      return;
    }
    if (text !== "") await write(outgoing, text);
    text = "";
    if (isAll) await next;
  }
  outgoing.end();
}

async function end(outgoing: ServerResponse, text: string): Promise<void> {
  const isLarge = text.length > pieceCharacters;
  if (isLarge) await write(outgoing, text);
  outgoing.end(isLarge ? undefined : text);
}

/** Resolves when the client has room for more, or is gone. A large text goes in pieces, between which others have their turn. */
async function write(outgoing: ServerResponse, text: string): Promise<void> {
  for (const piece of piecesOf(text, pieceCharacters)) {
    await writePiece(outgoing, piece);
    if (piece.length < text.length) await breathe();
  }
}

async function writePiece(outgoing: ServerResponse, text: string): Promise<void> {
  if (outgoing.destroyed || outgoing.write(text)) return;
  await new Promise<void>((resolve) => {
    const settle = () => {
      outgoing.off("drain", settle).off("close", settle);
      resolve();
    };
    outgoing.once("drain", settle).once("close", settle);
  });
}

/** JSON holds no line break, which would end the data. */
function encodeEvent(event: "log" | "status", json: string, id?: number): string {
  return `event: ${event}\ndata: ${json}\n${id === undefined ? "" : `id: ${id}\n`}\n`;
}
