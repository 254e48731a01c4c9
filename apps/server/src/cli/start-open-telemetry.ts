import type { SpanIds } from "../tracing/relayed-span.ts";
import { createSpanIds } from "../tracing/span-ids.ts";

/**
 * Registers OpenTelemetry's SDK, with the settings of its own variables (`OTEL_…`), before anything is started that makes spans.
 * `end` sends what has not been sent yet.
 */
export async function startOpenTelemetry(): Promise<{ spanIds: SpanIds; end(): Promise<void> }> {
  const { NodeSDK } = await import("@opentelemetry/sdk-node").catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Error(
      "--traces needs OpenTelemetry: npm install @opentelemetry/api @opentelemetry/sdk-node where connect-server is installed.",
    );
  });
  process.env.OTEL_SERVICE_NAME ??= "connect-server";
  const spanIds = createSpanIds();
  const sdk = new NodeSDK({ idGenerator: spanIds });
  sdk.start();
  return { spanIds, end: () => sdk.shutdown() };
}
