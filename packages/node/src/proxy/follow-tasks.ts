import { mostSharedTasks, refusedStreamChange, sharedTaskId } from "@oomol/connect-core/wire";
import { type Handling, passJson } from "./handling.ts";
import { passStream } from "./pass-answer.ts";
import { Refusal } from "./refusal.ts";
import { requireStreamId } from "./request-headers.ts";
import { readJsonRequest } from "./task-request.ts";
import { callUpstream } from "./upstream.ts";

/**
 * One stream of the events of many tasks, or a change of it. The app is asked about each task that the body names, as it is about
 * a task alone; those that join with their creation it has allowed with that. The body is written anew, and the id of the stream
 * must be one that no other caller guesses: they all share the server's streams.
 */
export async function followTasks(handling: Handling): Promise<Response> {
  const { request, route, options, call } = handling;
  requireStreamId(route.taskId ?? "");
  await handling.authorize({ name: "tasks.follow" });
  const { tasks, leave } = checkChange(await readJsonRequest(request, options));
  for (const taskId of Object.keys(tasks)) await handling.authorize({ name: "tasks.get", taskId });
  const headers = { ...call.headers, "content-type": "application/json" };
  const body = JSON.stringify({ tasks, leave });
  return callUpstream(options, request, { ...call, headers, body }, (response) =>
    response.headers.get("content-type")?.startsWith("text/event-stream")
      ? passStream(response, "text/event-stream", request.signal)
      : passJson(handling, response),
  );
}

function checkChange(body: object): { tasks: Record<string, number>; leave: string[] } {
  const tasks: [id: string, after: number][] = Object.entries(Object(Reflect.get(body, "tasks") ?? {}));
  const given: unknown = Reflect.get(body, "leave") ?? [];
  const leave = Array.isArray(given) ? given : [undefined];
  const isRight =
    tasks.every(([id, after]) => sharedTaskId.test(id) && Number.isSafeInteger(after)) &&
    leave.every((id) => typeof id === "string" && sharedTaskId.test(id)) &&
    Math.max(tasks.length, leave.length) <= mostSharedTasks;
  if (!isRight) {
    throw new Refusal(400, refusedStreamChange);
  }
  return { tasks: Object.fromEntries(tasks), leave };
}
