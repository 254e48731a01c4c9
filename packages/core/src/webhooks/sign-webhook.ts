import { InvalidInputError } from "../errors/index.ts";
import { importWebhookSecret } from "./webhook-secret.ts";

/** What {@link signWebhook} signs. */
export interface SignWebhookOptions {
  /** The id of the delivery, the same for each attempt; without a full stop. */
  id: string;
  /** When it is sent; now by default. */
  sentAt?: Date;
  /** As it is sent, byte for byte. */
  body: string;
}

/**
 * The headers of a webhook: `webhook-id`, `webhook-timestamp` and `webhook-signature` with a signature by each of the secrets. For
 * tests of code that receives webhooks.
 *
 * @example
 * const headers = await signWebhook(secret, { id: "msg_1", body });
 * const answer = await handler(new Request("https://app.example/webhooks", { method: "POST", headers, body }));
 * @throws `InvalidInputError` for a secret or an id that cannot be used.
 */
export async function signWebhook(
  secret: string | readonly string[],
  { id, sentAt = new Date(), body }: SignWebhookOptions,
): Promise<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>> {
  // The signed text has full stops between its parts.
  if (!/^[\x21-\x2d\x2f-\x7e]+$/.test(id))
    throw new InvalidInputError("id", "expected text without a full stop.");
  const timestamp = String(Math.floor(sentAt.getTime() / 1_000));
  const signed = signedBytes(id, timestamp, new TextEncoder().encode(body));
  const secrets = typeof secret === "string" ? [secret] : secret;
  const signatures = await Promise.all(
    secrets.map(async (one) => {
      const signature = await crypto.subtle.sign("HMAC", await importWebhookSecret(one), signed);
      return `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`;
    }),
  );
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

/** `id.timestamp.body`, the body byte for byte as it was sent. */
export function signedBytes(id: string, timestamp: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);
  return signed;
}
