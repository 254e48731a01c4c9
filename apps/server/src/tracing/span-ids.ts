import { randomBytes } from "node:crypto";
import type { SpanIds } from "./relayed-span.ts";

/**
 * Ids of spans for the SDK of this process. A span that a block has made elsewhere keeps the id that it has: what it has sent to others
 * is below that.
 */
export function createSpanIds(): SpanIds {
  let next: string | undefined;
  return {
    generateTraceId: () => randomId(16),
    generateSpanId() {
      const id = next ?? randomId(8);
      next = undefined;
      return id;
    },
    takeOver(spanId) {
      next = spanId;
    },
  };
}

/** All zeros are no id. */
function randomId(bytes: number): string {
  const id = randomBytes(bytes).toString("hex");
  return /^0+$/.test(id) ? randomId(bytes) : id;
}
