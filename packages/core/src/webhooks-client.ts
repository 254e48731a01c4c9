import { callExtension } from "./http/call-extension.ts";
import type { Http } from "./http/http.ts";
import type { HttpCall } from "./http/http-call.ts";
import { path } from "./http/path.ts";
import type { RequestOptions } from "./request-options.ts";
import type { SentWebhook, WebhookSecret } from "./types.ts";
import type { DataOf, Schema } from "./wire/index.ts";
import {
  deliveriesAnswerSchema,
  deliveryAnswerSchema,
  webhookSecretAnswerSchema,
} from "./wire/webhook-schemas.ts";

/** Options of {@link WebhooksClient.list}. */
export interface ListWebhooksOptions extends RequestOptions {
  /** At most so many, 1 to 1,000; 100 by default. */
  limit?: number;
  /** The `next` of an earlier page. */
  before?: string;
  /** Only those in this state. */
  state?: SentWebhook["state"];
  /** Only those of this task. */
  taskId?: string;
}

/** One page of {@link WebhooksClient.list}. */
export interface ListWebhooksResponse {
  deliveries: SentWebhook[];
  /** There if more may follow: the `before` with which they do. */
  next?: string | undefined;
}

/** What the server sends for the caller's tasks, and the secret by which it signs that (connect-api 6.11). */
export class WebhooksClient {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** The secret by which webhooks of this caller's tasks are signed; the server makes one if there is none yet. */
  async secret(options: RequestOptions = {}): Promise<WebhookSecret> {
    const call = { ...options, method: "GET", path: "/v1/webhooks/secret", isIdempotent: true } as const;
    return this.#call({ ...call, schema: webhookSecretAnswerSchema });
  }

  /** Replaces the secret. For a day webhooks are signed by the old one, too, so that receivers have time to learn the new one. */
  async rotateSecret(options: RequestOptions = {}): Promise<WebhookSecret> {
    const call = {
      ...options,
      method: "POST",
      path: "/v1/webhooks/secret/rotate",
      isIdempotent: false,
    } as const;
    return this.#call({ ...call, schema: webhookSecretAnswerSchema });
  }

  /** Webhooks that were sent or wait to be, the newest first: those of the caller, or of everybody for the role `admin`. */
  async list({
    limit,
    before,
    state,
    taskId,
    ...options
  }: ListWebhooksOptions = {}): Promise<ListWebhooksResponse> {
    const query = {
      ...(limit !== undefined && { limit }),
      ...(before !== undefined && { before }),
      ...(state !== undefined && { state }),
      ...(taskId !== undefined && { taskId }),
    };
    const call = { ...options, method: "GET", path: "/v1/webhooks/deliveries", isIdempotent: true } as const;
    return this.#call({ ...call, query, schema: deliveriesAnswerSchema });
  }

  /** Sends a webhook again that was delivered or given up, with the same id, and as often as a new one if need be. */
  async repeat(deliveryId: string, options: RequestOptions = {}): Promise<SentWebhook> {
    const call = {
      ...options,
      method: "POST",
      path: path`/v1/webhooks/deliveries/${deliveryId}/repeat`,
      isIdempotent: true,
    } as const;
    return (await this.#call({ ...call, schema: deliveryAnswerSchema })).delivery;
  }

  #call<Checked extends Schema>(call: HttpCall<Checked>): Promise<DataOf<Checked>> {
    return callExtension(this.#http, "webhooks", "sends no webhooks", call);
  }
}
