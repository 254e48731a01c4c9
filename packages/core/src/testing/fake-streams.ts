import type { FakeTask } from "./fake-task.ts";

interface Open {
  /** What ends the following of each task. */
  tasks: Map<string, () => void>;
  send(event: string, id: string, data: unknown): void;
}

/** Streams of the events of many tasks (connect-api 6.10). */
export class FakeStreams {
  readonly #find: (taskId: string) => FakeTask | undefined;
  readonly #open = new Map<string, Open>();

  constructor(find: (taskId: string) => FakeTask | undefined) {
    this.#find = find;
  }

  open(stream: string, body: string): Response {
    const encoder = new TextEncoder();
    const tasks: Open["tasks"] = new Map();
    const content = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const send: Open["send"] = (event, id, data) =>
          controller.enqueue(encoder.encode(`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`));
        this.#open.set(stream, { tasks, send });
        send("open", "", {});
        this.change(stream, body);
      },
      cancel: () => {
        this.#open.delete(stream);
        for (const leave of tasks.values()) leave();
      },
    });
    return new Response(content, { headers: { "content-type": "text/event-stream" } });
  }

  change(stream: string, body: string): void {
    const { leave = [], tasks = {} } = JSON.parse(body) as {
      leave?: string[];
      tasks?: Record<string, number>;
    };
    const open = this.#open.get(stream);
    for (const taskId of leave) {
      open?.tasks.get(taskId)?.();
      open?.tasks.delete(taskId);
    }
    for (const [taskId, after] of Object.entries(tasks)) this.join(stream, taskId, after);
  }

  join(stream: string, taskId: string, after = -1): void {
    const open = this.#open.get(stream);
    if (!open || open.tasks.has(taskId)) return;
    const task = this.#find(taskId);
    if (!task) {
      open.send("apart", `${taskId}/`, { status: 404, message: "There is no such task." });
      return;
    }
    let last = after;
    let told: string | undefined;
    const tell = () => {
      for (const log of task.logs) {
        if (log.id <= last) continue;
        last = log.id;
        open.send("log", `${taskId}/${log.id}`, log);
      }
      const now = task.toTask();
      const state = `${now.status} ${now.pending_reason ?? ""}`;
      if (told !== state) open.send("status", `${taskId}/`, now);
      told = state;
      if (!task.isDone) return;
      open.tasks.get(taskId)?.();
      open.tasks.delete(taskId);
    };
    open.tasks.set(taskId, task.onChange(tell));
    tell();
  }
}
