import { resultsOf, taskFailure } from "@oomol/connect-core/adapter";
import type { StoredLog } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import type { StoredDelivery } from "../store/webhook-rows.ts";

/** A larger result stays on the server, where the receiver can ask for it. */
const mostResultCharacters = 16 * 1024;
const mostErrorCharacters = 2_000;
/** Of a task that has logged more, the result is not looked for. */
const mostReadCharacters = 4 * 1024 * 1024;

/** The body of a webhook (connect-api 6.11). */
export async function webhookPayload(
  store: Pick<TaskStore, "readLogs">,
  delivery: StoredDelivery,
): Promise<string> {
  const { taskId, status, blockId, taskCreatedAt, createdAt } = delivery;
  const task = {
    id: taskId,
    status,
    manifest_path: blockId,
    created_at: taskCreatedAt,
    updated_at: createdAt,
  };
  const outcome = await readOutcome(store, delivery);
  const timestamp = new Date(createdAt).toISOString();
  return JSON.stringify({ type: `task.${status}`, timestamp, data: { task, ...outcome } });
}

/** What its logs say of the end, if the task is still there and that is little. */
async function readOutcome(
  store: Pick<TaskStore, "readLogs">,
  { taskId, status }: StoredDelivery,
): Promise<{ result?: unknown; error?: string }> {
  if (status !== "completed" && status !== "failed") return {};
  const logs = await readFewLogs(store, taskId);
  if (logs === undefined) return {};
  if (status === "completed") {
    const { result } = resultsOf(logs);
    return JSON.stringify(result).length > mostResultCharacters ? {} : { result };
  }
  // Its message has no stack trace, which is for the block's author.
  const { message } = taskFailure({ id: taskId, status }, logs);
  return { error: message.slice(0, mostErrorCharacters) };
}

/** Those that tell of outputs and ends; nothing if there is too much to look through, or nothing at all. */
async function readFewLogs(store: Pick<TaskStore, "readLogs">, taskId: string) {
  const logs = [];
  let characters = 0;
  for (let after = -1; ; ) {
    const page = await store.readLogs(taskId, after);
    for (const log of page.logs) {
      characters += log.event.length;
      if (characters > mostReadCharacters || typeof log.event !== "string") return undefined;
      if (!isIdle(log)) logs.push({ ...log, event: JSON.parse(log.event) as Record<string, unknown> });
    }
    if (page.isLast) return logs.length === 0 ? undefined : logs;
    after = page.logs.at(-1)?.id ?? after;
  }
}

/** Neither gives an output nor ends anything, and there may be many. */
function isIdle({ type }: StoredLog): boolean {
  return ["BlockLog", "BlockReport", "BlockProgress", "BlockPreview", "BlockWarning"].includes(type);
}
