import { type Context, Hono } from "hono";
import { Refusal } from "../refusal.ts";
import { deliveryStates, type StoredDelivery } from "../store/webhook-rows.ts";
import type { WebhookSecret } from "../store/webhook-secrets.ts";
import type { Webhooks } from "../webhooks/open-webhooks.ts";
import { requireRole } from "./auth.ts";
import { requireNoNul } from "./caller-text.ts";
import { type Caller, type CallerEnv, ownerSeenBy } from "./callers.ts";
import { parameterOf, parseBefore, parseLimit } from "./page-query.ts";
import { requireRoom } from "./read-webhook.ts";
import type { WebhookAnswer } from "./webhook-schemas.ts";

const usualLimit = 100;

/** Everything under `/v1/webhooks` (connect-api 6.11). */
export function webhooksRoutes(webhooks: Webhooks): Hono<CallerEnv> {
  const { store, secrets } = webhooks;
  const routes = new Hono<CallerEnv>();

  routes.get("/secret", requireRole("run", "see the secret of webhooks"), async (context) =>
    answerSecret(context, await secrets.of(context.var.caller.id)),
  );

  routes.post("/secret/rotate", requireRole("run", "replace the secret of webhooks"), async (context) =>
    answerSecret(context, await secrets.rotate(context.var.caller.id)),
  );

  routes.get("/deliveries", async (context) => {
    const { req } = context;
    const limit = parseLimit(req) ?? usualLimit;
    const taskId = parameterOf(req, "taskId");
    if (taskId !== undefined) requireNoNul(taskId);
    const filter = {
      caller: ownerSeenBy(context.var.caller),
      state: parseState(parameterOf(req, "state")),
      taskId,
      before: parseBefore(req),
    };
    const found = await store.list({ ...filter, limit: limit + 1 });
    const listed = found.slice(0, limit);
    const next = found.length > limit ? listed.at(-1)?.sequence : undefined;
    return context.json({
      deliveries: listed.map(deliveryAnswer),
      ...(next !== undefined && { next: String(next) }),
      success: true,
    });
  });

  routes.post("/deliveries/:id/repeat", requireRole("run", "send webhooks again"), async (context) => {
    const { caller } = context.var;
    const delivery = await findDelivery(webhooks, caller, context.req.param("id"));
    await requireRoom(webhooks, delivery.caller);
    await store.repeat(delivery.id);
    webhooks.wake();
    const repeated = await findDelivery(webhooks, caller, delivery.id);
    return context.json({ delivery: deliveryAnswer(repeated), success: true });
  });
  return routes;
}

/** Nobody between keeps it. */
function answerSecret(context: Context, { secret, createdAt, previousUntil }: WebhookSecret) {
  context.header("Cache-Control", "no-store");
  return context.json({
    secret,
    createdAt,
    ...(previousUntil !== undefined && { previousUntil }),
    success: true,
  });
}

/** One that the caller may see; one of another caller is as little there as one that nobody made. */
async function findDelivery({ store }: Webhooks, caller: Caller, id: string): Promise<StoredDelivery> {
  requireNoNul(id);
  const delivery = await store.get(id);
  const owner = ownerSeenBy(caller);
  if (!delivery || (owner !== undefined && delivery.caller !== owner))
    throw new Refusal(404, `There is no webhook "${id}".`);
  return delivery;
}

function parseState(text: string | undefined) {
  if (text === undefined) return undefined;
  const state = deliveryStates.find((one) => one === text);
  if (state) return state;
  throw new Refusal(400, `"state" takes ${deliveryStates.join(", ")}.`);
}

function deliveryAnswer(delivery: StoredDelivery): WebhookAnswer {
  const { id, taskId, status, url, state, attempts, createdAt, nextAt } = delivery;
  return {
    id,
    taskId,
    type: `task.${status}`,
    url,
    state,
    attempts,
    createdAt,
    ...(state === "pending" && { nextAttemptAt: nextAt }),
    ...(delivery.lastAt !== null && { lastAttemptAt: delivery.lastAt }),
    ...(delivery.lastStatus !== null && { lastStatus: delivery.lastStatus }),
    ...(delivery.lastError !== null && { lastError: delivery.lastError }),
    ...(delivery.lastAnswer !== null && { lastAnswer: delivery.lastAnswer }),
  };
}
