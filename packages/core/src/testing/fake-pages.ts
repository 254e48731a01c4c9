import type { FakeTask } from "./fake-task.ts";

const usualLimit = 100;

/** A page of tasks, the newest first, as a server with pages answers it; `undefined` if nothing asks for one. */
export function pageOfTasks(tasks: readonly FakeTask[], query: URLSearchParams): object | undefined {
  if (["limit", "before", "status", "blockId"].every((name) => !query.has(name))) return undefined;
  const statuses = query.get("status")?.split(",");
  const blockId = query.get("blockId");
  const before = Number(query.get("before") ?? tasks.length);
  const limit = Number(query.get("limit") ?? usualLimit);
  const found = [...tasks.entries()]
    .filter(([index]) => index < before)
    .filter(([, { status }]) => statuses === undefined || statuses.includes(status))
    .filter(([, task]) => blockId === null || task.blockId === blockId)
    .toReversed();
  const page = found.slice(0, limit);
  return {
    success: true,
    tasks: page.map(([, task]) => task.toTask()),
    ...(page.length < found.length && { next: String(page.at(-1)?.[0]) }),
  };
}

/** The first logs of a list, as many as a request asks for. */
export function pageOfLogs<Log extends { id: number }>(logs: readonly Log[], query: URLSearchParams): object {
  const page = logs.slice(0, Number(query.get("limit") ?? logs.length));
  return { success: true, logs: page, ...(page.length < logs.length && { next: page.at(-1)?.id }) };
}
