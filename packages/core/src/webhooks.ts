/**
 * Webhooks by the Standard Webhooks specification: checks those that a Connect server sends, and signs ones for tests. A door of its
 * own, for any runtime with WebCrypto.
 *
 * @module @oomol/connect-core/webhooks
 */

export type { WebhookEventType } from "./types.ts";
export type { ReceivedWebhook } from "./webhooks/received-webhook.ts";
export { type SignWebhookOptions, signWebhook } from "./webhooks/sign-webhook.ts";
export {
  type VerifyWebhookOptions,
  verifyWebhook,
  type WebhookSecrets,
} from "./webhooks/verify-webhook.ts";
export type { WebhookDelivery, WebhookEvent, WebhookEventData } from "./webhooks/webhook-event.ts";
export { createWebhookSecret } from "./webhooks/webhook-secret.ts";
export { type WebhookFault, WebhookVerificationError } from "./webhooks/webhook-verification-error.ts";
