import { Refusal } from "../refusal.ts";
import { type NewWebhook, webhookEventTypes } from "../store/webhook-rows.ts";
import { isRecord } from "../values.ts";
import type { Webhooks } from "../webhooks/open-webhooks.ts";
import type { Caller } from "./callers.ts";

/** What somebody may have waiting: tasks with a webhook, and what was not delivered yet. */
export const mostOfCaller = 10_000;

/** Where a new task is to be told of (connect-api 6.11); throws a {@link Refusal}. */
export async function readWebhook(
  given: unknown,
  webhooks: Pick<Webhooks, "whyNotTo" | "store">,
  caller: Caller,
): Promise<NewWebhook | undefined> {
  if (given === undefined || given === null) return undefined;
  if (!isRecord(given) || typeof given.url !== "string")
    throw new Refusal(400, '"webhook" must be { url, events? }.');
  const { url } = given;
  const why = webhooks.whyNotTo(url);
  if (why !== undefined) throw new Refusal(400, `The "url" of the webhook is not used: ${why}.`);
  const events = readEvents(given.events);
  await requireRoom(webhooks, caller.id);
  return { url, events };
}

/** Throws a {@link Refusal} if the caller has so much waiting that nothing more is taken. */
export async function requireRoom({ store }: Pick<Webhooks, "store">, callerId: string): Promise<void> {
  if ((await store.countOfCaller(callerId, mostOfCaller)) < mostOfCaller) return;
  throw new Refusal(
    429,
    `${mostOfCaller} webhooks wait for their receivers already, and no more are taken. GET /v1/webhooks/deliveries?state=pending says why they wait.`,
    { retryAfterSeconds: 60 },
  );
}

function readEvents(given: unknown): NewWebhook["events"] {
  if (given === undefined || given === null) return finalEvents;
  const events = Array.isArray(given) ? webhookEventTypes.filter((type) => given.includes(type)) : [];
  if (events.length > 0 && Array.isArray(given) && events.length === given.length) return events;
  throw new Refusal(
    400,
    `The "events" of the webhook must be some of ${webhookEventTypes.join(", ")}, each once.`,
  );
}

const finalEvents = ["task.completed", "task.failed", "task.stopped"] as const;
