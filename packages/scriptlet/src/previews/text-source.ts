import { asBytes } from "../values/as-bytes.ts";
import type { BinarySource } from "../values/value-stores.ts";

/** Types of previews whose data is text. */
export const textTypes = /^(text|markdown|html|svg|text\/.+)$/;

/**
 * Bytes that may be those of a text, from memory, a stream or whatever else gives them piece by piece; numbers (`Float64Array`)
 * have none. A source that gives something else fails with what `refuse` makes.
 */
export function textBytes(value: unknown, refuse?: () => Error): BinarySource | undefined {
  const isNumbers = ArrayBuffer.isView(value) && !(value instanceof Uint8Array);
  return isNumbers ? undefined : asBytes(value, refuse);
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
