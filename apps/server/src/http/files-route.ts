import type { Handler } from "hono";
import type { FileStore } from "../files/file-store.ts";
import { Refusal } from "../refusal.ts";
import type { TaskStore } from "../store/task-store.ts";
import { answerFile } from "./answer-file.ts";
import type { CallerEnv } from "./callers.ts";
import { findTask } from "./find-task.ts";

/** `GET` and `HEAD /v1/tasks/:id/files/PATH`: what a task made in its session directory. */
export function filesRoute(store: TaskStore, files: FileStore): Handler<CallerEnv> {
  return async (context) => {
    const id = context.req.param("id") ?? "";
    const task = await findTask(store, context.var.caller, id);
    // As it was sent: decoded here, once, segment by segment.
    const { pathname } = new URL(context.req.url);
    const path = pathname.slice(pathname.indexOf("/files/") + "/files/".length);
    const file = task.sessionId ? await files.openSessionFile(task.sessionId, path) : undefined;
    if (!file) throw new Refusal(404, `The task "${id}" has made no file "${path}".`);
    return answerFile(context.req.raw, path, file);
  };
}
