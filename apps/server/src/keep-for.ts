/** What is read again once it is older than `freshMs`, however many ask; a failed reading is not kept. */
export function keepFor<Value>(freshMs: number, read: () => Promise<Value>): () => Promise<Value> {
  let last: { reading: Promise<Value>; untilMs: number } | undefined;
  return () => {
    if (last && performance.now() < last.untilMs) return last.reading;
    const reading = read();
    const kept = { reading, untilMs: Number.POSITIVE_INFINITY }; // who asks meanwhile gets the same
    last = kept;
    reading.then(
      () => (kept.untilMs = performance.now() + freshMs),
      () => {
        if (last === kept) last = undefined;
      },
    );
    return reading;
  };
}
