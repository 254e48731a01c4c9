import { InvalidInputError, UnsupportedError } from "../errors/index.ts";
import type { Http } from "../http/http.ts";
import type { HttpCall } from "../http/http-call.ts";
import type { RequestOptions } from "../request-options.ts";
import type { Task, TaskStatus } from "../types.ts";
import { tasksAnswerSchema } from "../wire/index.ts";

/** Which tasks are listed. */
export interface TaskFilter {
  /** Only tasks in this state, or in one of these. */
  status?: TaskStatus | readonly TaskStatus[];
  /** Only tasks of this block, as their `manifest_path` names it. */
  blockId?: string;
  /** At most so many tasks, the newest. Without it all. */
  limit?: number;
  /** The `next` of an earlier answer: continues after its last task. Only with servers that have pages. */
  before?: string;
}

/** Options of {@link TasksClient.list} and {@link TasksClient.iterate}. */
export type ListTasksOptions = RequestOptions & TaskFilter;

/** The answer of `GET /v1/tasks`. */
export interface ListTasksResponse {
  tasks: Task[];
  /** The `before` with which the list continues, if `limit` ended it and the server has pages. */
  next?: string | undefined;
}

/** The most that servers put into one page. */
const largestPage = 1_000;

/**
 * Tasks in pages of a bounded size, the newest first, each requested when it is asked for. A server without pages answers all of
 * its tasks at once, which are filtered here; `isAsSent` keeps their order if none is chosen.
 */
async function* taskPages(
  http: Http,
  options: ListTasksOptions,
  { isAsSent = false }: { isAsSent?: boolean } = {},
): AsyncGenerator<ListTasksResponse, undefined> {
  const { status, blockId, limit, before, ...request } = options;
  const filter = checkFilter(options);
  const call = {
    ...request,
    method: "GET",
    path: "/v1/tasks",
    schema: tasksAnswerSchema,
    isIdempotent: true,
  } as const;
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const whole = http.extensions.has("pages") ? undefined : await callForAll(http, call, !isFiltered);
  if (whole) {
    if (before !== undefined)
      throw new UnsupportedError("pages", "has no pages of tasks, so `before` means nothing to it");
    yield isAsSent && !isFiltered ? whole : { tasks: filterTasks(whole.tasks, filter) };
    return undefined;
  }
  const { statuses } = filter;
  const asked = { ...(statuses && { status: statuses.join() }), ...(blockId !== undefined && { blockId }) };
  let left = limit ?? Number.POSITIVE_INFINITY;
  for (let next = before, isLast = false; !isLast; ) {
    const query = {
      limit: Math.min(left, largestPage),
      ...(next !== undefined && { before: next }),
      ...asked,
    };
    const { data } = await http.call({ ...call, query });
    yield data;
    left -= data.tasks.length;
    next = data.next;
    isLast = next === undefined || left <= 0;
  }
  return undefined;
}

/** An answer of this size is read although the server has pages: to ask for them would take another request. */
const smallBytes = 256 * 1024;

/** All tasks in one answer; nothing if the head of the answer tells that the server has pages, and its body may be left unread. */
async function callForAll(http: Http, call: HttpCall<typeof tasksAnswerSchema>, mayBeSmall: boolean) {
  const opened = await http.openOrCall(call, (head) => {
    const isSmall = Number(head.header("content-length") ?? Number.NaN) <= smallBytes;
    return http.extensions.has("pages") && !(mayBeSmall && isSmall);
  });
  if ("answer" in opened) return opened.answer.data;
  await opened.body.stream().cancel();
  opened.body.abort?.();
  return undefined;
}

/** The tasks of all pages, one by one. */
export async function* iterateTasks(http: Http, options: ListTasksOptions): AsyncGenerator<Task, undefined> {
  for await (const { tasks } of taskPages(http, options)) yield* tasks;
}

/** All pages as one answer. */
export async function listTasks(http: Http, options: ListTasksOptions): Promise<ListTasksResponse> {
  const pages: ListTasksResponse[] = [];
  for await (const page of taskPages(http, options, { isAsSent: true })) pages.push(page);
  const [only] = pages;
  if (pages.length === 1 && only) return only;
  const next = pages.at(-1)?.next;
  return { tasks: pages.flatMap(({ tasks }) => tasks), ...(next !== undefined && { next }) };
}

interface CheckedFilter {
  statuses: readonly string[] | undefined;
  blockId: string | undefined;
  limit: number | undefined;
  before: string | undefined;
}

function checkFilter({ status, blockId, limit, before }: TaskFilter): CheckedFilter {
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0))
    throw new InvalidInputError("limit", `expected a whole number above 0, got ${String(limit)}.`);
  const statuses = typeof status === "string" ? [status] : status;
  if (statuses?.length === 0)
    throw new InvalidInputError("status", "the list is empty; leave it out for tasks in any state.");
  return { statuses, blockId, limit, before };
}

function filterTasks(tasks: readonly Task[], { statuses, blockId, limit }: CheckedFilter): Task[] {
  return tasks
    .filter(({ status }) => statuses === undefined || statuses.includes(status))
    .filter((task) => blockId === undefined || task.manifest_path === blockId)
    .sort((a, b) => (b.created_at ?? 0) - (a.created_at ?? 0))
    .slice(0, limit);
}
