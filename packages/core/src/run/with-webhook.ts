import { InvalidInputError } from "../errors/index.ts";
import type { Http } from "../http/http.ts";
import { requireExtension } from "../http/require-extension.ts";
import type { RequestOptions } from "../request-options.ts";
import type { TaskWebhook } from "../types.ts";
import { blocksAnswerSchema } from "../wire/index.ts";

// What the extension `webhooks` (connect-api 6.11) adds to a creation; loaded by those who use it.

/** The body of a creation, with where its server is to tell of the task. */
export async function withWebhook<Body>(
  webhook: TaskWebhook,
  http: Http,
  { signal, headers }: RequestOptions,
  body: Body,
): Promise<Body & { webhook: TaskWebhook }> {
  const { url, events } = checkWebhook(webhook);
  const call = { ...(signal && { signal }), ...(headers && { headers }) };
  const ask = { ...call, method: "GET", path: "/v1/blocks", schema: blocksAnswerSchema, isIdempotent: true };
  await requireExtension(http, "webhooks", "sends no webhooks", ask as typeof ask & { method: "GET" });
  return { ...body, webhook: { url, ...(events && { events }) } };
}

function checkWebhook(webhook: TaskWebhook): TaskWebhook {
  const { url, events } = webhook;
  const parsed = typeof url === "string" ? URL.parse(url) : null;
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new InvalidInputError("webhook.url", "expected an http or https address.");
  if (events !== undefined && !Array.isArray(events))
    throw new InvalidInputError("webhook.events", "expected a list of events.");
  return webhook;
}
