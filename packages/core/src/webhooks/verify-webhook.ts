import { InvalidInputError } from "../errors/index.ts";
import { type ReceivedWebhook, readWebhookBody, readWebhookHeaders } from "./received-webhook.ts";
import { signedBytes } from "./sign-webhook.ts";
import type { WebhookDelivery, WebhookEvent } from "./webhook-event.ts";
import { bytesOfBase64, importWebhookSecret } from "./webhook-secret.ts";
import { WebhookVerificationError } from "./webhook-verification-error.ts";

/** One secret (`whsec_…`), or several of which any counts: those of several servers, for instance. */
export type WebhookSecrets = string | readonly string[];

/** Options of {@link verifyWebhook}. */
export interface VerifyWebhookOptions {
  /** How far the time of sending may be from now, in milliseconds. Default 300,000: five minutes. */
  toleranceMs?: number;
  /** How much of a body is read. Default 1 MiB. */
  maxBytes?: number;
  /** The time, in epoch milliseconds. Default `Date.now`. */
  now?: () => number;
}

/** A sender signs by each of its secrets, of which there are two at a time; more would only cost time. */
const mostSignatures = 20;

/**
 * Checks that a webhook comes from the server whose secret this is, and lately; answers what it says. An attempt may come again after
 * the answer to it was lost: `id` tells.
 *
 * @example
 * const { id, event } = await verifyWebhook(request, process.env.WEBHOOK_SECRET);
 * if (event.type === "task.completed") console.log(event.data.task.id, event.data.result);
 * @throws {@link WebhookVerificationError} if it is not to be trusted, `InvalidInputError` if the secret is none.
 */
export async function verifyWebhook<Event = WebhookEvent>(
  received: ReceivedWebhook,
  secret: WebhookSecrets | undefined,
  { toleranceMs = 300_000, maxBytes = 1024 * 1024, now = Date.now }: VerifyWebhookOptions = {},
): Promise<WebhookDelivery<Event>> {
  const secrets = typeof secret === "string" ? [secret] : secret;
  if (!Array.isArray(secrets) || secrets.length === 0)
    throw new InvalidInputError("secret", "expected a secret; is its variable set?");
  const keys = await Promise.all(secrets.map(importWebhookSecret));
  const { id, timestamp, signature } = readWebhookHeaders(received);
  const sentAtMs = checkTime(timestamp, now(), toleranceMs);
  const body = await readWebhookBody(received, maxBytes);
  const signed = signedBytes(id, timestamp, body);
  if (!(await isSigned(signed, signaturesIn(signature), keys))) {
    throw new WebhookVerificationError(
      "wrong-signature",
      "no signature of it is by the secret; is it that of this caller, and is the body as it came?",
    );
  }
  return { id, sentAt: new Date(sentAtMs), event: parseEvent<Event>(body) };
}

function checkTime(timestamp: string, nowMs: number, toleranceMs: number): number {
  if (!/^\d{1,12}$/.test(timestamp)) {
    const message = "its header webhook-timestamp is no number of seconds.";
    throw new WebhookVerificationError("invalid-header", message);
  }
  const sentAtMs = Number(timestamp) * 1_000;
  const ageSeconds = Math.round((nowMs - sentAtMs) / 1_000);
  if (nowMs - sentAtMs > toleranceMs)
    throw new WebhookVerificationError("too-old", `it was sent ${ageSeconds} seconds ago.`);
  if (sentAtMs - nowMs > toleranceMs) {
    const message = `it was sent ${-ageSeconds} seconds from now; do both clocks go right?`;
    throw new WebhookVerificationError("too-new", message);
  }
  return sentAtMs;
}

/** Those of version 1; others are of versions that may follow. */
function signaturesIn(header: string): Uint8Array<ArrayBuffer>[] {
  return header
    .split(" ", mostSignatures)
    .flatMap((one) => (one.startsWith("v1,") ? (bytesOfBase64(one.slice(3)) ?? []) : []));
}

/** WebCrypto compares in constant time. */
async function isSigned(
  signed: Uint8Array<ArrayBuffer>,
  signatures: readonly Uint8Array<ArrayBuffer>[],
  keys: readonly CryptoKey[],
): Promise<boolean> {
  const pairs = keys.flatMap((key) => signatures.map((signature) => ({ key, signature })));
  const checks = pairs.map(({ key, signature }) => crypto.subtle.verify("HMAC", key, signature, signed));
  return (await Promise.all(checks)).includes(true);
}

function parseEvent<Event>(body: Uint8Array): Event {
  try {
    // Whoever knows the secret has written it.
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as Event;
  } catch (cause) {
    throw new WebhookVerificationError("invalid-body", "its body is not JSON.", { cause });
  }
}
