/**
 * The channel between a server of ours and an executor of ours: a socket that the executor inherits instead of an address
 * where anybody may call. It carries the messages of the protocol, one a line: the topic, a space, the message as JSON. A
 * line `+TOPIC` subscribes, `-TOPIC` unsubscribes; jobs and their inputs come without being asked for.
 *
 * One process may serve one session after another. `begin` and `end` frame a session; the executor answers `end` with
 * `over`, and tells in it what the session's blocks have left behind in the process.
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
} as const;

/** What changes from session to session; the rest stands on the command line. */
export interface BeginSession {
  session_id: string;
  session_dir: string;
  tmp_dir: string;
  identifier: string;
}

/** A block whose code is to be loaded before anybody wants it run. */
export interface LoadBlock {
  dir: string;
  entry?: string;
  function?: string;
}

export interface EndSession {
  session_id: string;
}

export interface SessionOver {
  session_id: string;
  /** None where the process is as it was before the session; otherwise it must not serve another. */
  leftovers: { kind: string; description: string }[];
  /** Memory that the process holds, in bytes. */
  resident_bytes: number;
}

/** How `--address` names a channel that is inherited as file descriptor 3. */
export const channelAddress = "fd:3";

export function encodeChannelLine(topic: string, payload: string): string {
  return `${topic} ${payload}\n`;
}

export type ChannelLine =
  | { kind: "message"; topic: string; payload: string }
  | { kind: "subscribe"; topic: string }
  | { kind: "unsubscribe"; topic: string };

export function decodeChannelLine(line: string): ChannelLine {
  if (line.startsWith("+")) return { kind: "subscribe", topic: line.slice(1) };
  if (line.startsWith("-")) return { kind: "unsubscribe", topic: line.slice(1) };
  const space = line.indexOf(" ");
  const end = space === -1 ? line.length : space;
  return { kind: "message", topic: line.slice(0, end), payload: line.slice(end + 1) };
}

/** Cuts a stream of bytes into lines; a line longer than `maxBytes` is handed to `onTooLong` by its length so far, once. */
export function createLineReader(
  onLine: (line: string) => void,
  maxBytes = Number.POSITIVE_INFINITY,
  onTooLong: (sizeBytes: number) => void = () => undefined,
): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let parts: Uint8Array[] = [];
  let sizeBytes = 0;
  const keep = (part: Uint8Array) => {
    const wasWithin = sizeBytes <= maxBytes;
    sizeBytes += part.length;
    if (sizeBytes <= maxBytes) parts.push(part);
    else if (wasWithin) {
      parts = [];
      onTooLong(sizeBytes);
    }
  };
  const finish = (last: Uint8Array) => {
    if (parts.length === 0 && sizeBytes === 0 && last.length <= maxBytes) return onLine(decoder.decode(last));
    keep(last);
    const line =
      sizeBytes <= maxBytes ? parts.map((part) => decoder.decode(part, { stream: true })).join("") : "";
    const isWhole = sizeBytes <= maxBytes;
    const rest = decoder.decode();
    parts = [];
    sizeBytes = 0;
    if (isWhole) onLine(line + rest);
  };
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      finish(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) keep(chunk.subarray(start));
  };
}
