import { flag, list, number, object, text } from "./schema.ts";

// Apart from the others: only who asks for deliveries loads them.

/** The secret of a caller (connect-api 6.11). */
export const webhookSecretAnswerSchema = object(
  { secret: text, createdAt: number },
  { previousUntil: number, success: flag },
);

const deliverySchema = object(
  {
    id: text,
    taskId: text,
    type: text,
    url: text,
    state: text,
    attempts: number,
    createdAt: number,
  },
  { nextAttemptAt: number, lastAttemptAt: number, lastStatus: number, lastError: text, lastAnswer: text },
);

/** Answers `GET /v1/webhooks/deliveries`. */
export const deliveriesAnswerSchema = object({ deliveries: list(deliverySchema) }, { next: text });

/** Answers `POST /v1/webhooks/deliveries/{id}/repeat`. */
export const deliveryAnswerSchema = object({ delivery: deliverySchema }, { success: flag });
