import type { SentWebhook, WebhookSecret } from "../types.ts";

/** Webhooks of a fake server, which sends none: a secret that can be replaced, and what a test says was sent. */
export class FakeWebhooks {
  /** What `list` answers. */
  readonly deliveries: SentWebhook[] = [];
  #rotations = 0;

  /** What answers a call below `/v1/webhooks`; nothing if there is no such call. */
  answer(call: string): object | undefined {
    if (call === "GET /v1/webhooks/secret") return { success: true, ...this.#secret() };
    if (call === "POST /v1/webhooks/secret/rotate") {
      this.#rotations += 1;
      return { success: true, ...this.#secret(), previousUntil: Date.now() + 86_400_000 };
    }
    if (call === "GET /v1/webhooks/deliveries") return { success: true, deliveries: this.deliveries };
    const [, id] = /^POST \/v1\/webhooks\/deliveries\/([^/]+)\/repeat$/.exec(call) ?? [];
    const repeated = this.deliveries.find((delivery) => delivery.id === id);
    return repeated && { success: true, delivery: Object.assign(repeated, { state: "pending" }) };
  }

  /** Of the right form, and known to everybody. */
  #secret(): WebhookSecret {
    return { secret: `whsec_${btoa(String(this.#rotations).padStart(32, "0"))}`, createdAt: 0 };
  }
}
