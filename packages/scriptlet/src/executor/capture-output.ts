import { StringDecoder } from "node:string_decoder";
import { type JobScope, jobScope, type WriteCallbacks } from "./job-scope.ts";

type Callback = WriteCallbacks["callback"];

export interface CaptureOptions {
  /** What a block writes after its end goes nowhere: in a process with many sessions it would pass for another task's. */
  dropsLate?: boolean;
}

/**
 * Turns a block's writes to stdout and stderr into its log (oocana-protocol 6.8); other writes pass through.
 * Returns a function that restores the streams.
 */
export function captureOutput(options: CaptureOptions = {}): () => void {
  const restores = (["stdout", "stderr"] as const).map((stdio) => {
    const stream = process[stdio];
    // The engine closes its pipe at the first line that is not UTF-8 (oocana-protocol 1.6).
    const ignore = () => undefined;
    stream.on("error", ignore);
    const original = { write: stream.write, end: stream.end };
    const write = stream.write.bind(stream);
    const end = stream.end.bind(stream);

    stream.write = ((chunk: string | Uint8Array, ...rest: (BufferEncoding | Callback)[]) => {
      const scope = jobScope.getStore();
      // One implementation cannot distinguish the overloads.
      if (!takesFrom(scope, options)) return (write as (...all: unknown[]) => boolean)(chunk, ...rest);
      logChunk(scope, stdio, chunk, rest);
      return true;
    }) as typeof stream.write;

    stream.end = ((...all: unknown[]) => {
      const scope = jobScope.getStore();
      if (scope === undefined) return (end as (...all: unknown[]) => typeof stream)(...all);
      // A block must not close the stream of all others.
      const [chunk, ...rest] = all as [string | Uint8Array, ...(BufferEncoding | Callback)[]];
      if (chunk !== undefined && typeof chunk !== "function") logChunk(scope, stdio, chunk, rest);
      return stream;
    }) as typeof stream.end;
    return () => {
      stream.removeListener("error", ignore);
      Object.assign(stream, original);
    };
  });
  return () => {
    for (const restore of restores) restore();
  };
}

/** Whether what is written in this scope is the block's: it runs, or has ended and may not pass for another. */
export function takesFrom(
  scope: JobScope | undefined,
  { dropsLate = false }: CaptureOptions,
): scope is JobScope {
  return scope !== undefined && (dropsLate || !scope.channel.isFinished);
}

/** Logs the rest of an incomplete character when the block ends. */
export function flushOutput(scope: JobScope): void {
  for (const [stdio, decoder] of scope.decoders) {
    const rest = decoder.end();
    if (rest !== "") void scope.channel.log(rest, stdio);
  }
}

/** Logs one write of a block. */
export function logChunk(
  scope: JobScope,
  stdio: "stdout" | "stderr",
  chunk: string | Uint8Array,
  rest: (BufferEncoding | Callback)[],
): void {
  const encoding = rest.find((item): item is BufferEncoding => typeof item === "string");
  const callback = rest.find((item): item is Callback => typeof item === "function");
  const text = decode(scope, stdio, chunk, encoding);
  // A block that has ended writes to nobody.
  if (text !== "" && !scope.channel.isFinished)
    void scope.channel.log(text.endsWith("\n") ? text.slice(0, -1) : text, stdio);
  if (callback !== undefined) callSoon(scope, stdio, callback);
}

/** `console` passes the same callback with each line: a block that never yields would keep one for each, which streams do not either. */
function callSoon(scope: JobScope, stdio: "stdout" | "stderr", callback: Callback): void {
  const last = scope.callbacks.get(stdio);
  if (last?.callback === callback && last.count > 0) {
    last.count += 1;
    return;
  }
  const calls = { callback, count: 1 };
  scope.callbacks.set(stdio, calls);
  process.nextTick(callBack, calls);
}

function callBack(calls: WriteCallbacks): void {
  try {
    while (calls.count > 0) {
      calls.count -= 1;
      calls.callback();
    }
  } finally {
    if (calls.count > 0) process.nextTick(callBack, calls);
  }
}

/** Characters may be split over chunks of bytes. */
function decode(
  scope: JobScope,
  stdio: "stdout" | "stderr",
  chunk: string | Uint8Array,
  encoding: BufferEncoding | undefined,
): string {
  if (typeof chunk === "string" && (encoding === undefined || /^utf-?8$/i.test(encoding))) return chunk;
  const decoder = scope.decoders.get(stdio) ?? new StringDecoder("utf8");
  scope.decoders.set(stdio, decoder);
  return decoder.write(typeof chunk === "string" ? Buffer.from(chunk, encoding) : Buffer.from(chunk));
}
