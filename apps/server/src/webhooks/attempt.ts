import { signWebhook } from "@oomol/connect-core/webhooks";
import type { Metrics } from "../metrics.ts";
import type { TaskStore } from "../store/task-store.ts";
import type { ClaimedDelivery } from "../store/webhook-rows.ts";
import type { WebhookSecrets } from "../store/webhook-secrets.ts";
import type { AttemptEnd, WebhookStore } from "../store/webhook-store.ts";
import type { PostWebhook, WebhookAnswer } from "./post-webhook.ts";
import { longestTryingMs, nextAttemptAt } from "./retry-schedule.ts";
import type { WebhookClock } from "./webhook-clock.ts";
import { webhookPayload } from "./webhook-payload.ts";

export interface AttemptParts {
  store: Pick<WebhookStore, "finish">;
  secrets: Pick<WebhookSecrets, "signing">;
  tasks: Pick<TaskStore, "readLogs">;
  post: PostWebhook;
  clock: Pick<WebhookClock, "now">;
  metrics: Pick<Metrics, "webhookAttempted">;
}

/** Sends a webhook once: the same body under the same id each time, signed anew. */
export function createAttempt({ store, secrets, tasks, post, clock, metrics }: AttemptParts) {
  return async (delivery: ClaimedDelivery, closing: AbortSignal): Promise<void> => {
    const body = delivery.payload ?? (await webhookPayload(tasks, delivery));
    const keys = await secrets.signing(delivery.caller);
    const headers = await signWebhook(keys, { id: delivery.id, sentAt: new Date(clock.now()), body });
    const answer = await post(delivery.url, headers, body, closing);
    const end = endOf(delivery, answer, clock.now());
    await store.finish(delivery, { ...end, payload: body });
    metrics.webhookAttempted(end.state === "pending" ? "retried" : end.state);
  };
}

function endOf(
  delivery: ClaimedDelivery,
  { isTaken, isUnwanted, status, error, text, retryAfterMs }: WebhookAnswer,
  nowMs: number,
): Omit<AttemptEnd, "payload"> {
  const said = { status, error, answer: text };
  if (isTaken) return { state: "delivered", nextAt: nowMs, ...said };
  const nextAt = isUnwanted ? undefined : nextAttemptAt(delivery, nowMs, { retryAfterMs });
  if (nextAt !== undefined) return { state: "pending", nextAt, ...said };
  const given = isUnwanted ? "" : ` It was tried for ${longestTryingMs / 3_600_000} hours and is given up.`;
  return { state: "failed", nextAt: nowMs, ...said, error: `${error ?? ""}${given}` };
}
