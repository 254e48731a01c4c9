import type { Http } from "./http/http.ts";
import { WebhooksClient } from "./webhooks-client.ts";

// What only our own server has: its status (connect-api 6.9) and webhooks (connect-api 6.11). One module, so that a page that uses none of it
// pays for one address.

export { withWebhook } from "./run/with-webhook.ts";
export { readStatus } from "./status.ts";

export function openWebhooks(http: Http): WebhooksClient {
  return new WebhooksClient(http);
}
