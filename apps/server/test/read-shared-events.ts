import { randomUUID } from "node:crypto";
import type { TestClient, TestLog, TestTask } from "./open-test-server.ts";

export interface SharedEvent {
  event: string;
  taskId: string;
  /** As the stream names it; `undefined` for what is no log. */
  logId: number | undefined;
  data: TestLog & TestTask & { status: string | number; message?: string };
}

/** One stream of the events of many tasks, as a client reads it. */
export interface SharedReader extends AsyncDisposable {
  id: string;
  /** What has come so far. */
  seen: SharedEvent[];
  /** Resolves when something that `isIt` has come. */
  until(isIt: (event: SharedEvent) => boolean): Promise<SharedEvent>;
  /** Resolves when the task has ended. */
  end(taskId: string): Promise<SharedEvent>;
  /** The ids of the logs of one task, in the order in which they came. */
  logIds(taskId: string): (number | undefined)[];
  change(change: object): Promise<Response>;
  /** Resolves when the server has ended it. */
  ended: Promise<void>;
}

export async function readSharedEvents(
  server: TestClient,
  tasks: Record<string, number> = {},
  headers: Record<string, string> = {},
): Promise<SharedReader> {
  const id = randomUUID();
  const path = `/v1/events/${id}`;
  const leaving = new AbortController();
  const send = (body: object, others: Record<string, string> = {}, signal?: AbortSignal) =>
    server.request(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers, ...others },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  const response = await send({ tasks }, { Accept: "text/event-stream" }, leaving.signal);
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  const seen: SharedEvent[] = [];
  const waiting = new Set<() => void>();
  const read = async () => {
    let text = "";
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (text + chunk).split("\n\n");
      text = blocks.pop() ?? "";
      seen.push(...blocks.filter((block) => block.includes("data: ")).map(parse));
      for (const look of waiting) look();
    }
  };
  const ended = read().catch(() => undefined);
  const until = (isIt: (event: SharedEvent) => boolean) =>
    new Promise<SharedEvent>((resolve) => {
      const look = () => {
        const found = seen.find(isIt);
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  const isEnd = ({ event, data }: SharedEvent) =>
    event === "status" && ["completed", "failed", "stopped"].includes(String(data.status));
  await until(({ event }) => event === "open");
  return {
    id,
    seen,
    ended,
    until,
    end: (taskId) => until((one) => one.taskId === taskId && isEnd(one)),
    logIds: (taskId) =>
      seen.filter((one) => one.event === "log" && one.taskId === taskId).map(({ logId }) => logId),
    change: (change) => send(change),
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await ended;
    },
  };
}

function parse(block: string): SharedEvent {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
  const [taskId = "", logId = ""] = field("id").split("/");
  return {
    event: field("event"),
    taskId,
    logId: logId === "" ? undefined : Number(logId),
    data: JSON.parse(field("data")),
  };
}
