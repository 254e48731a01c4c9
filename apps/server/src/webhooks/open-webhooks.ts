import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Metrics } from "../metrics.ts";
import type { Tables } from "../store/tables.ts";
import type { TaskStore } from "../store/task-store.ts";
import { WebhookSecrets } from "../store/webhook-secrets.ts";
import { WebhookStore } from "../store/webhook-store.ts";
import { allowedAddresses } from "./allowed-addresses.ts";
import { createAttempt } from "./attempt.ts";
import { whyNotTo } from "./check-url.ts";
import type { Resolve } from "./checked-lookup.ts";
import { createDeliveryLoop, type DeliveryLoop } from "./delivery-loop.ts";
import { createPostWebhook } from "./post-webhook.ts";
import { systemClock, type WebhookClock } from "./webhook-clock.ts";

/** Webhooks of tasks, as routes use them. */
export interface Webhooks extends Pick<DeliveryLoop, "watch" | "wake" | "close"> {
  store: WebhookStore;
  secrets: WebhookSecrets;
  /** Why nothing is sent to an address, in words. */
  whyNotTo(url: string): string | undefined;
}

export interface WebhooksParts {
  database: Kysely<Tables>;
  tasks: TaskStore;
  /** Other processes send from the same database. */
  isShared: boolean;
  /** Addresses and ranges that are not public, and allowed nevertheless. */
  webhookAllow: readonly string[];
  metrics: Metrics;
  log: Logger;
  webhookParts?: WebhookTestParts | undefined;
}

/** What tests put in the place of the system's own. */
export interface WebhookTestParts {
  clock?: WebhookClock;
  resolve?: Resolve;
}

/** How late another process of a cluster may be if the one that accepted a task is gone. */
const lookMs = 20_000;

/** Opens what sends webhooks; it takes up what an earlier process left. */
export async function openWebhooks(parts: WebhooksParts): Promise<Webhooks> {
  const { database, tasks, isShared, webhookAllow, metrics, log, webhookParts = {} } = parts;
  const { clock = systemClock, resolve } = webhookParts;
  const allowed = allowedAddresses(webhookAllow);
  const store = new WebhookStore(database, { isShared, now: clock.now });
  const secrets = new WebhookSecrets(database, clock.now);
  const post = createPostWebhook({ allowed, resolve });
  const attempt = createAttempt({ store, secrets, tasks, post, clock, metrics });
  const loop = createDeliveryLoop({
    store,
    attempt,
    changes: tasks.changes,
    lookMs: isShared ? lookMs : undefined,
    clock,
    log,
  });
  metrics.watchWebhooks(() => store.countPending());
  if (!isShared) {
    await store.releaseAll();
    for (const taskId of await store.openTasks()) loop.watch(taskId);
  }
  loop.wake();
  return {
    store,
    secrets,
    whyNotTo: (url) => whyNotTo(url, allowed),
    watch: loop.watch,
    wake: loop.wake,
    async close() {
      await loop.close();
      await post.close();
    },
  };
}
