import { type Clock, untilAborted } from "./delay.ts";

export interface SilenceLimit {
  clock: Clock;
  /** The longest silence, in milliseconds. */
  longestSilenceMs: number;
  signal: AbortSignal | undefined;
}

/** The next chunk of a body, or `"silent"` if none came in time. Leaves no timer. */
export async function readBeforeSilence(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { clock, longestSilenceMs, signal }: SilenceLimit,
): Promise<Awaited<ReturnType<typeof reader.read>> | "silent"> {
  const timer = new AbortController();
  const silence = clock.delay(longestSilenceMs, timer.signal).then(
    () => "silent" as const,
    () => "silent" as const,
  );
  try {
    return await untilAborted(Promise.race([reader.read(), silence]), signal);
  } finally {
    // A reason of its own: the default is an error with a stack trace.
    timer.abort(null);
  }
}
