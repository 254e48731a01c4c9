import type { Socket } from "node:net";
import { MainframeClosedError } from "../errors/mainframe-closed-error.ts";
import type { Mainframe } from "../mainframe.ts";
import { createSubscriptions } from "../subscriptions.ts";
import { createLineReader, decodeChannelLine, encodeChannelLine } from "../wire/channel.ts";
import { writeNow } from "./write-now.ts";

export interface ChannelMainframeOptions {
  socket: Socket;
  /** That of the socket, if the system can be handed bytes by it before a call returns: not on Windows. */
  fileDescriptor?: number | undefined;
  /** Called with each message that needs no subscription, in order. */
  onMessage(topic: string, payload: string): void;
  /** The other side is gone. */
  onLost(): void;
}

export interface ChannelMainframe extends Mainframe {
  /** Publishes, and hands all that was published to the system before it returns, unless the system takes no more. */
  publishNow(topic: string, payload: string): void;
  flush(): void;
  publishAtOnce(topic: string, payload: () => string): boolean;
}

/** A message of a block that holds the thread leaves after this time, even if the event loop does not turn. */
const maxDelayMs = 20;
/** A server whose disk is behind may not read for a while; what a block prints waits then, as in any pipe. */
const patienceMs = 10_000;
/** If the system takes no more, so many flushes in a row queue what there is; beyond that one in each millisecond does. */
const mostFlushes = 100;

/**
 * The mainframe over an inherited socket. A message counts as taken when the system has it: it arrives even if this
 * process ends at once. If the reader stops reading, callers that await have to wait.
 */
export function createChannelMainframe({
  socket,
  fileDescriptor,
  onMessage,
  onLost,
}: ChannelMainframeOptions): ChannelMainframe {
  let lines: string[] = [];
  let waiting: { topic: string; settle(error?: Error | null): void }[] = [];
  let oldestAtMs = 0;
  let isScheduled = false;
  let isClosed = false;
  let flushesLeft = mostFlushes;
  let refilledAtMs = 0;

  const subscriptions = createSubscriptions(
    async (topic) => writeLine(`+${topic}\n`),
    async (topic) => writeLine(`-${topic}\n`),
  );
  const read = createLineReader((text) => {
    const line = decodeChannelLine(text);
    if (line.kind !== "message") return;
    onMessage(line.topic, line.payload);
    subscriptions.deliver(line.topic, line.payload);
  });
  socket.on("data", (chunk) => {
    // Always bytes, without an encoding.
    if (typeof chunk !== "string") read(chunk);
  });
  socket.on("error", () => undefined);
  socket.once("close", () => {
    isClosed = true;
    onLost();
  });

  return {
    publish(topic, payload) {
      if (isClosed) return Promise.reject(new MainframeClosedError(topic));
      return new Promise((resolve, reject) => {
        const settle = (error?: Error | null) =>
          error ? reject(new MainframeClosedError(topic, { cause: error })) : resolve();
        waiting.push({ topic, settle });
        writeLine(encodeChannelLine(topic, payload));
      });
    },
    publishNow(topic, payload) {
      if (isClosed) return;
      writeLine(encodeChannelLine(topic, payload));
      handOver(true);
    },
    publishAtOnce(topic, payload) {
      if (isClosed || isQueueing()) return false;
      writeLine(encodeChannelLine(topic, payload()));
      handOver(true);
      return true;
    },
    flush() {
      if (lines.length > 0 && (!isQueueing() || mayQueue())) handOver(true);
    },
    async subscribe(topic, listener) {
      if (isClosed) throw new MainframeClosedError(topic);
      return subscriptions.add(topic, listener);
    },
    async close() {
      handOver();
      await new Promise<void>((resolve) => socket.end(resolve));
    },
  };

  /** Together with everything else that this turn of the event loop writes. */
  function writeLine(line: string): void {
    const now = performance.now();
    if (lines.length === 0) oldestAtMs = now;
    // One at a time: a block that prints much without a pause hands each line over by itself.
    if (!isScheduled) queueMicrotask(handOverScheduled);
    isScheduled = true;
    lines.push(line);
    if (now - oldestAtMs > maxDelayMs) handOver();
  }

  function handOverScheduled(): void {
    isScheduled = false;
    handOver();
  }

  /** `canWait` for room; what the system does not take is queued. */
  function handOver(canWait = false): void {
    if (lines.length === 0) return;
    const bytes = Buffer.from(lines.join(""));
    const settled = waiting;
    lines = [];
    waiting = [];
    const settleAll = (error?: Error | null) => {
      for (const { settle } of settled) settle(error);
    };
    const written = isQueueing() ? 0 : writeNow(fileDescriptor as number, bytes, canWait ? patienceMs : 0);
    if (written < bytes.length) socket.write(bytes.subarray(written), settleAll);
    else settleAll();
  }

  /** What is queued must leave first. */
  function isQueueing(): boolean {
    return fileDescriptor === undefined || socket.writableLength > 0;
  }

  function mayQueue(): boolean {
    const now = performance.now();
    flushesLeft = Math.min(mostFlushes, flushesLeft + now - refilledAtMs);
    refilledAtMs = now;
    if (flushesLeft < 1) return false;
    flushesLeft -= 1;
    return true;
  }
}
