type Done = (error?: unknown) => void;

/** Messages in flight, never more than `size` of them; the rest wait in order. */
export interface SendWindow {
  /** Settles when the message has been acknowledged. */
  send(topic: string, payload: string): Promise<void>;
  /** Settles when everything has been acknowledged. */
  drained(): Promise<void>;
}

/** Creates a window over a sender that calls `done` for each acknowledgement. */
export function createSendWindow(
  size: number,
  sendNow: (topic: string, payload: string, done: Done) => void,
): SendWindow {
  const queue: { topic: string; payload: string; done: Done }[] = [];
  let next = 0;
  let inFlight = 0;
  let whenDrained: (() => void)[] = [];

  return {
    send: (topic, payload) =>
      new Promise((resolve, reject) => {
        const done: Done = (error) => {
          inFlight -= 1;
          if (error) reject(error);
          else resolve();
          advance();
        };
        if (inFlight >= size) queue.push({ topic, payload, done });
        else start(topic, payload, done);
      }),
    drained: () =>
      new Promise((resolve) => {
        if (inFlight === 0) resolve();
        else whenDrained.push(resolve);
      }),
  };

  function start(topic: string, payload: string, done: Done): void {
    inFlight += 1;
    sendNow(topic, payload, done);
  }

  function advance(): void {
    const waiting = queue[next];
    if (waiting !== undefined) {
      next += 1;
      start(waiting.topic, waiting.payload, waiting.done);
    } else {
      // Emptied at once: shifting would move every waiting message each time.
      queue.length = 0;
      next = 0;
    }
    if (inFlight > 0) return;
    for (const resolve of whenDrained) resolve();
    whenDrained = [];
  }
}
