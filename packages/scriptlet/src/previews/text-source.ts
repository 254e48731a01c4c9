import { asBytes } from "../values/as-bytes.ts";
import type { BinarySource } from "../values/value-stores.ts";

/** Types of previews whose data is text. */
export const textTypes = /^(text|markdown|html|svg|text\/.+)$/;

/**
 * Bytes that may be those of a text, from memory or a stream; numbers (`Float64Array`) and what else can be iterated have none.
 */
export function textBytes(value: unknown): BinarySource | undefined {
  const isBytes = value instanceof Uint8Array || value instanceof ArrayBuffer || value instanceof Blob;
  return isBytes || isStream(value) ? asBytes(value) : undefined;
}

function isStream(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { pipe, getReader } = value as { pipe?: unknown; getReader?: unknown };
  return typeof pipe === "function" || typeof getReader === "function";
}

/** Decodes UTF-8; what is none becomes U+FFFD. A promise only of a stream. */
export function textOf(bytes: BinarySource): string | Promise<string> {
  return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : decodeAll(bytes);
}

async function decodeAll(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  for await (const chunk of chunks) parts.push(decoder.decode(chunk, { stream: true }));
  return [...parts, decoder.decode()].join("");
}
