import type { Task, WebhookEventType } from "../types.ts";

/** What a Connect server tells in the body of a webhook. */
export interface WebhookEvent {
  /** `task.completed` for instance; a type that this client does not know is none to fail for. */
  type: WebhookEventType | (string & Record<never, never>);
  /** When it happened, in the form of ISO 8601. */
  timestamp: string;
  data: WebhookEventData;
}

/** The task that the event is about. */
export interface WebhookEventData {
  /** As it was at that time, without its inputs. */
  task: Pick<Task, "id" | "status" | "manifest_path" | "created_at" | "updated_at">;
  /** What the block gave, if the task has completed and that is small; otherwise ask the server for it. */
  result?: Record<string, unknown> | undefined;
  /** Why the task has failed, if the server knows. */
  error?: string | undefined;
  [field: string]: unknown;
}

/** A webhook whose signature is right. */
export interface WebhookDelivery<Event = WebhookEvent> {
  /** The same for each attempt: whoever has seen it before has dealt with it. */
  id: string;
  /** When this attempt was signed. */
  sentAt: Date;
  event: Event;
}
