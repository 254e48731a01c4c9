import { channelTopics, fenceText } from "../wire/channel.ts";
import { writeNow } from "./write-now.ts";

/** How long a full pipe may take to have room for a fence. */
const patienceMs = 1_000;

export interface OutputFences {
  /** Makes one: something else may begin to write to the pipes of this process, or has ended. */
  fence(): void;
  /** Makes one if the pipes may hold what the channel does not know of: there was one before. */
  fenceAgain(): void;
}

/**
 * Makes fences: marks in both output pipes of this process and in its channel, by which the server can put in order what
 * comes through the three (wire/channel.ts). `sendNow` hands a message of the channel to the system before it returns.
 */
export function createOutputFences(sendNow: (topic: string, payload: string) => void): OutputFences {
  let last = 0;
  const fence = () => {
    last += 1;
    sendNow(channelTopics.fence, JSON.stringify({ fence: last }));
    // The server goes on after a while without a fence that cannot be written.
    for (const descriptor of [1, 2]) writeNow(descriptor, Buffer.from(fenceText(last)), patienceMs);
  };
  return {
    fence,
    fenceAgain() {
      if (last > 0) fence();
    },
  };
}
