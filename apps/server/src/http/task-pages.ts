import type { HonoRequest } from "hono";
import type { TaskFilter } from "../store/task-filter.ts";
import type { TaskStore } from "../store/task-store.ts";
import type { JsonPages } from "./answer-pages.ts";
import { taskAnswer } from "./answers.ts";
import { requireNoNul } from "./caller-text.ts";
import { parameterOf, parseBefore, parseLimit, parseStatuses } from "./page-query.ts";

/** What asks for a page of tasks (connect-api 6.7). */
export const taskPageParameters = ["limit", "before", "status", "blockId"] as const;

/** A page ends with the task at which its inputs are more. */
const mostCharacters = 4 * 1024 * 1024;
/** A page ends after so many stretches of the table without another task for it. */
const mostStretches = 40;
const usualLimit = 100;

/** The tasks of one caller, or of everyone, for `GET /v1/tasks`: a page if a parameter asks for one, otherwise all. */
export function listTasks(store: TaskStore, caller: string | undefined, request: HonoRequest): JsonPages {
  if (taskPageParameters.every((name) => request.query(name) === undefined)) {
    return allTasks(store, caller);
  }
  const filter = {
    caller,
    before: parseBefore(request),
    statuses: parseStatuses(request),
    blockId: parameterOf(request, "blockId"),
  };
  if (filter.blockId !== undefined) requireNoNul(filter.blockId);
  return pageOfTasks(store, filter, parseLimit(request) ?? usualLimit);
}

async function* allTasks(store: TaskStore, caller: string | undefined): JsonPages {
  let left = store.listLimit;
  for await (const { tasks } of store.pages({ caller })) {
    yield tasks.slice(0, left).map((task) => taskAnswer(task));
    left -= tasks.length;
    if (left <= 0) break;
  }
  return undefined;
}

async function* pageOfTasks(store: TaskStore, filter: TaskFilter, limit: number): JsonPages {
  let left = limit;
  let characters = 0;
  let stretches = 0;
  for await (const { tasks, last } of store.pages(filter)) {
    const taken = tasks.slice(0, left);
    yield taken.map((task) => taskAnswer(task));
    left -= taken.length;
    for (const { inputValues } of taken) characters += inputValues.length;
    if (tasks.length === 0) stretches += 1;
    const next = String(taken.at(-1)?.sequence ?? last);
    if (left <= 0 || characters > mostCharacters || stretches >= mostStretches) return { next };
  }
  return undefined;
}
