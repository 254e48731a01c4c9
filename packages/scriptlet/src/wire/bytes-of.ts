/** Bytes of this realm or another, a Buffer too; undefined for anything else, such as a typed array of other numbers. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return Object.prototype.toString.call(value) === "[object Uint8Array]" ? (value as Uint8Array) : undefined;
}
