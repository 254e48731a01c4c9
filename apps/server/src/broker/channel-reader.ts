import { type ChannelLine, decodeChannelLine } from "@oomol/scriptlet/wire";
import { type Json, longJsonBytes } from "../json-text.ts";
import { growMemory } from "../release-memory.ts";

/** What an executor says; the JSON of a long message stays the bytes that it came in. */
export type ReceivedLine =
  | Exclude<ChannelLine, { kind: "message" }>
  | { kind: "message"; topic: string; payload: Json };

export interface ChannelReaderOptions {
  /** A line that is longer is dropped. */
  maxBytes: number;
  /** Called once for it, with the bytes seen so far. */
  onTooLong(sizeBytes: number): void;
}

/** Splits chunks of bytes into the lines of a channel. */
export function createChannelReader(
  onLine: (line: ReceivedLine) => void,
  { maxBytes, onTooLong }: ChannelReaderOptions,
): (chunk: Buffer) => void {
  const decoder = new TextDecoder();
  /** Of a line that has begun, in memory for more of it. */
  let begun: Buffer = Buffer.alloc(0);
  let sizeBytes = 0;

  const decode = (bytes: Buffer) => {
    if (bytes.length <= longJsonBytes) return decodeChannelLine(decoder.decode(bytes));
    const space = bytes.indexOf(0x20);
    const topicEnd = space === -1 ? bytes.length : space;
    const line = decodeChannelLine(decoder.decode(bytes.subarray(0, topicEnd)));
    if (line.kind !== "message") return decodeChannelLine(decoder.decode(bytes));
    return { ...line, payload: bytes.subarray(topicEnd + 1) };
  };

  /** Copied at once: a chunk is a view of a larger buffer, which would be kept. */
  const keep = (bytes: Buffer, end: number) => {
    if (end > begun.length) begun = growMemory(begun, Math.min(maxBytes, Math.max(end, 2 * begun.length)));
    begun.set(bytes, end - bytes.length);
  };

  const take = (bytes: Buffer) => {
    const wasWithin = sizeBytes <= maxBytes;
    sizeBytes += bytes.length;
    if (sizeBytes <= maxBytes) keep(bytes, sizeBytes);
    else if (wasWithin) {
      begun = Buffer.alloc(0);
      onTooLong(sizeBytes);
    }
  };

  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      let line: Buffer | undefined = chunk.subarray(start, end);
      if (sizeBytes > 0 || line.length > maxBytes) {
        take(line);
        line = sizeBytes <= maxBytes ? begun.subarray(0, sizeBytes) : undefined;
        begun = Buffer.alloc(0);
        sizeBytes = 0;
      }
      start = end + 1;
      if (line !== undefined) onLine(decode(line));
    }
    if (start < chunk.length) take(chunk.subarray(start));
  };
}
