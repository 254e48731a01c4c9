import type { Insertable, Kysely, Selectable } from "kysely";
import type { DeliveryState, StoredStatus, Tables } from "./tables.ts";

/** Where somebody wants to hear of a task, and of what. */
export interface NewWebhook {
  url: string;
  events: readonly WebhookEventType[];
}

/** Each is named for a state; a webhook tells that a task has got into it. */
export const webhookEventTypes = ["task.running", "task.completed", "task.failed", "task.stopped"] as const;

export type WebhookEventType = (typeof webhookEventTypes)[number];

export const deliveryStates = ["pending", "delivered", "failed"] as const satisfies readonly DeliveryState[];

/** A webhook that was sent, or is to be. */
export interface StoredDelivery {
  sequence: number;
  /** What the receiver gets as `webhook-id`. */
  id: string;
  taskId: string;
  /** Whose task it is. */
  caller: string;
  url: string;
  blockId: string;
  /** That the task got into. */
  status: StoredStatus;
  taskCreatedAt: number;
  /** When it got into it. */
  createdAt: number;
  /** The body, once an attempt has ended; `null` if the task was deleted since, too. */
  payload: string | null;
  state: DeliveryState;
  attempts: number;
  nextAt: number;
  lastAt: number | null;
  /** The HTTP status of the last answer. */
  lastStatus: number | null;
  lastError: string | null;
  /** The beginning of the last answer. */
  lastAnswer: string | null;
}

/** One that this process alone may send until its lease ends. */
export interface ClaimedDelivery extends StoredDelivery {
  lease: string;
  /** When the first attempt began. */
  triedSince: number;
}

type WebhookRow = Insertable<Tables["webhooks"]>;

/** Column by column. Around each event stands a space, by which the database finds it. */
export function webhookRow(taskId: string, caller: string, { url, events }: NewWebhook): WebhookRow {
  return { task_id: taskId, caller, url, events: ` ${events.join(" ")} ` };
}

export async function insertWebhook(database: Kysely<Tables>, row: WebhookRow): Promise<void> {
  await database.insertInto("webhooks").values(row).execute();
}

export function toDelivery(row: Selectable<Tables["webhook_deliveries"]>): StoredDelivery {
  return {
    sequence: row.sequence,
    id: row.id,
    taskId: row.task_id,
    caller: row.caller,
    url: row.url,
    blockId: row.block_id,
    status: row.status,
    taskCreatedAt: row.task_created_at,
    createdAt: row.created_at,
    payload: row.payload,
    state: row.state,
    attempts: row.attempts,
    nextAt: row.next_at,
    lastAt: row.last_at,
    lastStatus: row.last_status,
    lastError: row.last_error,
    lastAnswer: row.last_answer,
  };
}
