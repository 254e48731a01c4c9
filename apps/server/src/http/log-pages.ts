import type { HonoRequest } from "hono";
import type { StoredTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import type { JsonPages } from "./answer-pages.ts";
import { logAnswer } from "./answers.ts";
import { parseAfter, parseLimit } from "./page-query.ts";

/** A page ends with the log at which its text is more. */
const mostCharacters = 1024 * 1024;

/** The logs of a task in order, for `…/logs`: a page if `limit` asks for one (connect-api 6.7), otherwise all. */
export function listLogs(store: TaskStore, task: StoredTask, request: HonoRequest): JsonPages {
  const after = parseAfter(request);
  return pageOfLogs(store, task, { after, limit: parseLimit(request) });
}

async function* pageOfLogs(
  store: TaskStore,
  task: StoredTask,
  { after, limit }: { after: number | undefined; limit: number | undefined },
): JsonPages {
  let left = limit ?? Number.POSITIVE_INFINITY;
  let characters = limit === undefined ? Number.NEGATIVE_INFINITY : 0;
  for await (const logs of store.logPages(task.id, after)) {
    const taken = logs.slice(0, left);
    yield taken.map((log) => logAnswer(log, task));
    left -= taken.length;
    for (const { event } of taken) characters += event.length;
    if (left <= 0 || characters > mostCharacters) return { next: taken.at(-1)?.id };
  }
  return undefined;
}
