import { OomolConnectError } from "../errors/index.ts";

/** What is wrong with a webhook that was received. */
export type WebhookFault =
  | "missing-header"
  | "invalid-header"
  | "too-old"
  | "too-new"
  | "wrong-signature"
  | "too-large"
  | "invalid-body";

/** What was received is no webhook of somebody who knows the secret, or comes too late: answer 400, and do nothing. */
export class WebhookVerificationError extends OomolConnectError {
  static override readonly errorName: string = "WebhookVerificationError";
  readonly fault: WebhookFault;

  constructor(fault: WebhookFault, message: string, options?: ErrorOptions) {
    super("webhook_verification", `The webhook is refused: ${message}`, options);
    this.fault = fault;
  }
}
