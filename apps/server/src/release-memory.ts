/**
 * Frees the memory of a chunk that nobody reads any more, as only whoever owns it may ask for. V8 counts it at once then; otherwise
 * it looks through the whole heap for each 64 MiB of chunks, which takes longer than writing them, and holds them until it does.
 */
export function releaseMemory({ buffer, byteLength }: Uint8Array): void {
  // One that is a part of a larger piece of memory shares it with others. Cast: of ES2024, which Node has.
  if (buffer.byteLength === byteLength) (buffer as TransferableBuffer).transfer(0);
}

type TransferableBuffer = ArrayBuffer & { transfer(newLength: number): ArrayBuffer };

/** The same bytes in memory for so many, which nobody else has; frees that in which they were. */
export function growMemory(bytes: Uint8Array, sizeBytes: number): Buffer {
  const grown = Buffer.allocUnsafeSlow(sizeBytes);
  grown.set(bytes);
  releaseMemory(bytes);
  return grown;
}
