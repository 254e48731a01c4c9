/**
 * The channel between our server and our executor: a socket that the executor inherits, instead of an address
 * to which anybody may connect. It carries the messages of the protocol, one per line: the topic, a space, the message as JSON.
 * A line `+TOPIC` subscribes, `-TOPIC` unsubscribes; jobs and their inputs arrive without a subscription.
 *
 * One process may serve one session after another. `begin` and `end` frame a session; the executor answers `end` with
 * `over`, which lists what the session's blocks have left behind in the process.
 */
export const channelTopics = {
  /** Server → executor: {@link BeginSession}. */
  begin: "channel/begin",
  /** Server → executor: {@link EndSession}. */
  end: "channel/end",
  /** Server → executor: {@link LoadBlock}. */
  load: "channel/load",
  /** Executor → server: {@link SessionOver}. */
  over: "channel/over",
  /** Executor → server: {@link FinishedSpan}. In flows it is a topic of MQTT, to which nobody else subscribes. */
  span: "channel/span",
  /** Executor → server: `{ fence }`, see {@link fenceText}. */
  fence: "channel/fence",
} as const;

/** How `--address` names a channel that is inherited as file descriptor 3. */
export const channelAddress = "fd:3";

/** The arguments that change from session to session; the others are on the command line. */
export interface BeginSession {
  session_id: string;
  session_dir: string;
  tmp_dir: string;
  identifier: string;
}

/** The session is over for this executor, at once or as soon as a job of it has ended. */
export interface EndSession {
  session_id: string;
  after_job?: string;
}

/** A block whose code is to be loaded ahead of its first run. */
export interface LoadBlock {
  dir: string;
  entry?: string;
  function?: string;
}

/** The executor's report at the end of a session. */
export interface SessionOver {
  session_id: string;
  /** None if the process is as it was before the session; otherwise it must not serve another. */
  leftovers: { kind: string; description: string }[];
  /** Memory that the process holds, in bytes. */
  resident_bytes: number;
}

/** A span of OpenTelemetry that code of a block has made and ended; times are seconds and nanoseconds since the epoch. */
export interface FinishedSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  start: [number, number];
  end: [number, number];
  status: { code: number; message?: string };
  attributes: Record<string, unknown>;
  events: { name: string; time: [number, number]; attributes?: Record<string, unknown> }[];
  links: { traceId: string; spanId: string; attributes?: Record<string, unknown> }[];
  scope: { name: string; version?: string };
}

/** One line of a channel. */
export type ChannelLine =
  | { kind: "message"; topic: string; payload: string }
  | { kind: "subscribe"; topic: string }
  | { kind: "unsubscribe"; topic: string };

/** The line of one message; JSON contains no line break. */
export function encodeChannelLine(topic: string, payload: string): string {
  return `${topic} ${payload}\n`;
}

/** Reads a line without its end. */
export function decodeChannelLine(line: string): ChannelLine {
  if (line.startsWith("+")) return { kind: "subscribe", topic: line.slice(1) };
  if (line.startsWith("-")) return { kind: "unsubscribe", topic: line.slice(1) };
  const space = line.indexOf(" ");
  const end = space === -1 ? line.length : space;
  return { kind: "message", topic: line.slice(0, end), payload: line.slice(end + 1) };
}

/**
 * Splits chunks of bytes into lines of UTF-8. A line longer than `maxBytes` is dropped; `onTooLong` is called once for it, with
 * the bytes seen so far.
 */
export function createLineReader(
  onLine: (line: string) => void,
  maxBytes = Number.POSITIVE_INFINITY,
  onTooLong: (sizeBytes: number) => void = () => undefined,
): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let sizeBytes = 0;

  const take = (bytes: Uint8Array, isEnd: boolean) => {
    const wasWithin = sizeBytes <= maxBytes;
    sizeBytes += bytes.length;
    // Decoded at once: a chunk is a view of a larger buffer, which would be kept.
    const text = decoder.decode(bytes, { stream: !isEnd });
    if (sizeBytes <= maxBytes) parts.push(text);
    else if (wasWithin) {
      parts = [];
      onTooLong(sizeBytes);
    }
  };

  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      take(chunk.subarray(start, end), true);
      const line = sizeBytes <= maxBytes ? parts.join("") : undefined;
      parts = [];
      sizeBytes = 0;
      start = end + 1;
      if (line !== undefined) onLine(line);
    }
    if (start < chunk.length) take(chunk.subarray(start), false);
  };
}

/**
 * A mark that the executor writes into both of its output pipes, and names in its channel: what comes before it in each of the three
 * came before what comes after it in the others. Only so can what children print be put in order with what the executor says.
 */
export function fenceText(fence: number): string {
  return `${fenceMark} ${fence}${fenceEnd}`;
}

/** Record separators of ASCII, which programs do not print. */
const fenceMark = "\u001eoomol-fence";
const fenceEnd = "\u001e";
const fencePattern = new RegExp(`${fenceMark} (\\d{1,15})${fenceEnd}`);
const begunPattern = new RegExp(`^${fenceMark} \\d*$`);
const longestFence = 32;

/** The first fence in a text; without a number if the text ends in the middle of one. */
export function readFence(text: string): { start: number; end: number; fence?: number } | undefined {
  if (!text.includes(fenceEnd)) return undefined;
  const found = fencePattern.exec(text);
  if (found) return { start: found.index, end: found.index + found[0].length, fence: Number(found[1]) };
  const start = text.lastIndexOf(fenceEnd);
  const tail = text.slice(start);
  const isBegun = tail.length < longestFence && (fenceMark.startsWith(tail) || begunPattern.test(tail));
  return isBegun ? { start, end: text.length } : undefined;
}
