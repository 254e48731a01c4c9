import type { Task } from "../types.ts";
import type { FakeTask } from "./fake-task.ts";

/**
 * Status and logs of a task as server-sent events, logs after `Last-Event-ID` first (connect-api 6.3); that of a creation
 * begins with the task as `created`.
 */
export function streamTask(task: FakeTask, request: Request, created?: Task): Response {
  const lastId = request.headers.get("last-event-id");
  let nextLog = lastId === null ? 0 : task.logs.findIndex((log) => log.id > Number(lastId));
  if (nextLog < 0) nextLog = task.logs.length;
  const encoder = new TextEncoder();
  let unsubscribe: () => void = () => undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let told: string | undefined;
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      const tell = () => {
        for (const log of task.logs.slice(nextLog))
          send(`event: log\nid: ${log.id}\ndata: ${JSON.stringify(log)}\n\n`);
        nextLog = task.logs.length;
        const now = task.toTask();
        if (told === stateOf(now) && !task.isDone) return;
        told = stateOf(now);
        send(`event: status\ndata: ${JSON.stringify(now)}\n\n`);
        if (!task.isDone) return;
        unsubscribe();
        controller.close();
      };
      if (created) {
        told = stateOf(created);
        send(`event: status\ndata: ${JSON.stringify(created)}\n\n`);
      }
      unsubscribe = task.onChange(tell);
      tell();
    },
    cancel: () => unsubscribe(),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** What is told again if it has changed. */
const stateOf = ({ status, pending_reason: reason = "" }: Task) => `${status} ${reason}`;
