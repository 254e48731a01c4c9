/** The place where a timer was set. */
export interface TimerOrigin {
  /** Node.js's own upkeep: its owner (a socket, a server, a request) counts by itself. */
  isUpkeep: boolean;
  /** By `AbortSignal.timeout`. */
  isAbortSignal: boolean;
  /** `file:line:column`, if it is known. */
  place: string | undefined;
}

/** Frames kept: six of Node.js's own around a timer, and some of the block. */
const frames = 12;

/** Stores the calls that lead here, from `below` on; the text is made only when it is read. */
export function captureStack(below: (...all: never[]) => unknown): { stack?: string } {
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  // A block's own limit stays as it is, and counts as a change of a built-in.
  Error.stackTraceLimit = frames;
  Error.captureStackTrace(holder, below);
  Error.stackTraceLimit = limit;
  return holder;
}

/** Parts of Node.js that set timers for themselves and call no function of a block with them. */
const upkeep =
  /^node:(internal\/(deps\/undici\/undici|http|http2\/[a-z]+|stream_base_commons)|_http_(server|agent|client|outgoing)|net|_tls_wrap)$/;
const timers = /^node:(internal\/(async_hooks|timers)|timers)$/;

export function readTimerOrigin(holder: { stack?: string } | undefined): TimerOrigin {
  const files = framesOf(holder).map((place) => ({ place, file: place.replace(/(:\d+)+$/, "") }));
  const setter = files.find(({ file }) => !timers.test(file));
  return {
    isUpkeep: setter !== undefined && upkeep.test(setter.file),
    isAbortSignal: setter?.file === "node:internal/abort_controller",
    place: files.find(({ file }) => !file.startsWith("node:"))?.place,
  };
}

function framesOf(holder: { stack?: string } | undefined): string[] {
  try {
    const lines = String(holder?.stack ?? "").split("\n");
    return lines.flatMap(
      (line) => /^\s+at .*?\(?((?:node|file):[^()\s]*:\d+|\/[^()]*:\d+)\)?$/.exec(line)?.[1] ?? [],
    );
  } catch {
    // `Error.prepareStackTrace` is the block's and throws.
    return [];
  }
}
