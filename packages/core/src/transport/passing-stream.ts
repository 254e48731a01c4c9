export interface Passing {
  /** Called with each chunk that is taken. */
  onChunk(chunk: Uint8Array): void;
  /** Called at the end of the source. */
  onEnd?(): void;
  /** Ends the stream, and cancels the source, with its reason. */
  signal?: AbortSignal;
}

/**
 * The same bytes, read from the source only when they are asked for. Unlike a `TransformStream`, it queues nothing, on any
 * runtime.
 */
export function passing(
  source: ReadableStream<Uint8Array>,
  { onChunk, onEnd, signal }: Passing,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const abort = () => {
          controller.error(signal?.reason);
          void reader.cancel(signal?.reason).catch(() => undefined);
        };
        if (signal?.aborted) abort();
        // The signal belongs to one attempt and goes with it.
        else signal?.addEventListener("abort", abort, { once: true });
      },
      async pull(controller) {
        const { done, value } = await reader.read();
        if (signal?.aborted) return;
        if (done) {
          onEnd?.();
          return controller.close();
        }
        controller.enqueue(value);
        onChunk(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
