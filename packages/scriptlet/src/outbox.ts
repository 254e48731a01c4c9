import type { Mainframe } from "./mainframe.ts";

/** A message still being made, such as one that waits for a file; undefined sends nothing. */
export type PendingPayload = Promise<string | undefined>;

/**
 * One job's ordered queue. Messages leave in the order of the calls, whether or not the block awaits them, even
 * if one of them is still being encoded (oocana-protocol 9.2 #1).
 */
export interface Outbox {
  /** Never crashes the process if nobody awaits it; rejects for callers that do. */
  send(topic: string, payload: string | PendingPayload): Promise<void>;
  /** Sends without a promise. False, and nothing is made or sent, if something must leave before, or the mainframe cannot. */
  sendAtOnce(topic: string, payload: () => string): boolean;
  /** Settles when everything sent so far has been taken by the broker, or refused. */
  drained(): Promise<void>;
}

/** Creates the queue of one job. */
export function createOutbox(mainframe: Mainframe): Outbox {
  // Undefined while nothing waits to be encoded: then messages go straight out.
  let tail: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();

  return {
    send(topic, payload) {
      const sent =
        tail === undefined && typeof payload === "string"
          ? mainframe.publish(topic, payload)
          : behind(topic, payload);
      sent.catch(() => undefined);
      last = sent;
      return sent;
    },
    sendAtOnce: (topic, payload) => tail === undefined && mainframe.publishAtOnce?.(topic, payload) === true,
    async drained() {
      for (let seen: Promise<void> | undefined; seen !== last; ) {
        seen = last;
        await seen.catch(() => undefined);
      }
    },
  };

  /** Publishing itself is ordered; only the making of the payload needs waiting. */
  function behind(topic: string, payload: string | PendingPayload): Promise<void> {
    let handOver = () => {};
    const handedOver = new Promise<void>((resolve) => {
      handOver = resolve;
    });
    const previous = tail ?? Promise.resolve();
    const sent = (async () => {
      let text: string | undefined;
      try {
        [text] = await Promise.all([payload, previous]);
      } catch (error) {
        await previous;
        handOver();
        throw error;
      }
      const published = text === undefined ? Promise.resolve() : mainframe.publish(topic, text);
      handOver();
      await published;
    })();
    const own = handedOver.then(() => {
      if (tail === own) tail = undefined;
    });
    tail = own;
    return sent;
  }
}
