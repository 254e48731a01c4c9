import { type Handling, passJson } from "./handling.ts";
import { passStream } from "./pass-answer.ts";
import { Refusal } from "./refusal.ts";
import { requireStreamId } from "./request-headers.ts";
import { readJsonRequest } from "./task-request.ts";
import { callUpstream } from "./upstream.ts";

/** As many as one stream carries (connect-api 6.10). */
const mostTasks = 4_096;

const taskIdForm = /^[\w.~:@=-]{1,200}$/;

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
    tasks.every(([id, after]) => taskIdForm.test(id) && Number.isSafeInteger(after)) &&
    leave.every((id) => typeof id === "string" && taskIdForm.test(id)) &&
    Math.max(tasks.length, leave.length) <= mostTasks;
  if (!isRight) {
    throw new Refusal(
      400,
      `A stream takes { "tasks": { "TASK": LAST_LOG_OR_-1 }, "leave": ["TASK"] }, at most ${mostTasks} tasks.`,
    );
  }
  return { tasks: Object.fromEntries(tasks), leave };
}
