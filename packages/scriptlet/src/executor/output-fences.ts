import { writeSync } from "node:fs";
import { channelTopics, fenceText } from "../wire/channel.ts";

/** How long a full pipe may take to have room for a fence. */
const patienceMs = 1_000;
const pauseMs = 1;

export interface OutputFences {
  /** Makes one: something else may begin to write to the pipes of this process, or has ended. */
  fence(): void;
  /** Makes one if the pipes may hold what the channel does not know of: there was one before, or `expect` was called. */
  fenceAgain(): void;
  /** A block writes to the pipes past the channel. */
  expect(): void;
}

/**
 * Makes fences: marks in both output pipes of this process and in its channel, by which the server can put in order what
 * comes through the three (wire/channel.ts). `sendNow` hands a message of the channel to the system before it returns.
 */
export function createOutputFences(sendNow: (topic: string, payload: string) => void): OutputFences {
  let last = 0;
  let isExpecting = false;
  const fence = () => {
    isExpecting = true;
    last += 1;
    sendNow(channelTopics.fence, JSON.stringify({ fence: last }));
    for (const descriptor of [1, 2]) writeAll(descriptor, Buffer.from(fenceText(last)));
  };
  return {
    fence,
    fenceAgain() {
      if (isExpecting) fence();
    },
    expect() {
      isExpecting = true;
    },
  };
}

/** The server goes on after a while without a fence that cannot be written. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  const deadline = performance.now() + patienceMs;
  for (let at = 0; at < bytes.length && performance.now() < deadline; ) {
    try {
      at += realWriteSync(descriptor, bytes.subarray(at));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
      Atomics.wait(pause, 0, 0, pauseMs);
    }
  }
}

/** Before anything replaces it. */
const realWriteSync = writeSync;
const pause = new Int32Array(new SharedArrayBuffer(4));
