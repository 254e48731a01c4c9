import { z } from "zod";
import { deliveryStates } from "../store/webhook-rows.ts";

const epochMs = z.number().meta({ description: "Epoch milliseconds." });

/** A webhook as `GET /v1/webhooks/deliveries` answers it: the type of the answer, and its description. */
export const webhookSchema = z.object({
  id: z.string().meta({ description: "What its receiver gets as webhook-id." }),
  taskId: z.string(),
  type: z.string(),
  url: z.string(),
  state: z.enum(deliveryStates),
  attempts: z.int().min(0),
  createdAt: epochMs,
  nextAttemptAt: epochMs.optional(),
  lastAttemptAt: epochMs.optional(),
  lastStatus: z.int().optional(),
  lastError: z.string().optional(),
  lastAnswer: z.string().optional(),
});

export type WebhookAnswer = z.infer<typeof webhookSchema>;

export const webhookSecretSchema = z.object({
  secret: z.string(),
  createdAt: epochMs,
  previousUntil: epochMs.optional().meta({ description: "Until when the secret before it signs, too." }),
});
