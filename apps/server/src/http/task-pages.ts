import type { HonoRequest } from "hono";
import type { TaskFilter } from "../store/task-filter.ts";
import type { StoredTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import type { JsonPages } from "./answer-pages.ts";
import type { AnswerText } from "./answer-text.ts";
import { taskAnswer } from "./answers.ts";
import { requireNoNul } from "./caller-text.ts";
import type { ExplainPending } from "./explain-pending.ts";
import { parameterOf, parseBefore, parseLimit, parseStatuses } from "./page-query.ts";

/** What asks for a page of tasks (connect-api 6.7). */
export const taskPageParameters = ["limit", "before", "status", "blockId"] as const;

/** A page ends with the task at which its inputs are more. */
const mostCharacters = 4 * 1024 * 1024;
/** A page ends after so many stretches of the table without another task for it. */
const mostStretches = 40;
const usualLimit = 100;

/** The tasks of one caller, or of everyone, for `GET /v1/tasks`: a page if a parameter asks for one, otherwise all. */
export function listTasks(
  store: TaskStore,
  caller: string | undefined,
  request: HonoRequest,
  explain: ExplainPending,
): JsonPages {
  if (taskPageParameters.every((name) => request.query(name) === undefined)) {
    return allTasks(store, caller, explain);
  }
  const filter = {
    caller,
    before: parseBefore(request),
    statuses: parseStatuses(request),
    blockId: parameterOf(request, "blockId"),
  };
  if (filter.blockId !== undefined) requireNoNul(filter.blockId);
  return pageOfTasks(store, filter, parseLimit(request) ?? usualLimit, explain);
}

async function* allTasks(store: TaskStore, caller: string | undefined, explain: ExplainPending): JsonPages {
  let left = store.listLimit;
  for await (const { tasks } of store.pages({ caller })) {
    yield await answersOf(tasks.slice(0, left), explain);
    left -= tasks.length;
    if (left <= 0) break;
  }
  return undefined;
}

async function* pageOfTasks(
  store: TaskStore,
  filter: TaskFilter,
  limit: number,
  explain: ExplainPending,
): JsonPages {
  let left = limit;
  let characters = 0;
  let stretches = 0;
  for await (const { tasks, last } of store.pages(filter)) {
    const taken = tasks.slice(0, left);
    yield await answersOf(taken, explain);
    left -= taken.length;
    for (const { inputValues } of taken) characters += inputValues.length;
    if (tasks.length === 0) stretches += 1;
    const next = String(taken.at(-1)?.sequence ?? last);
    if (left <= 0 || characters > mostCharacters || stretches >= mostStretches) return { next };
  }
  return undefined;
}

async function answersOf(tasks: readonly StoredTask[], explain: ExplainPending): Promise<AnswerText[]> {
  const answers: AnswerText[] = [];
  for (const task of tasks) answers.push(taskAnswer(task, await explain(task)));
  return answers;
}
