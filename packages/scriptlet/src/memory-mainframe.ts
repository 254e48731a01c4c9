import { MainframeClosedError } from "./errors/mainframe-closed-error.ts";
import type { Mainframe, Unsubscribe } from "./mainframe.ts";

/** A mainframe inside the process, for tests: everybody who shares it sees all messages. */
export interface MemoryMainframe extends Mainframe {
  /** Everything published so far, in order. */
  readonly published: readonly { topic: string; payload: string }[];
  /** How many listeners each topic has now. */
  listenerCount(topic: string): number;
}

/** Creates a broker in memory. Delivery is asynchronous and in order, as over a wire. */
export function createMemoryMainframe(): MemoryMainframe {
  const listeners = new Map<string, Set<(payload: string) => void>>();
  const published: { topic: string; payload: string }[] = [];
  let delivered = Promise.resolve();
  let isClosed = false;

  return {
    published,
    listenerCount: (topic) => listeners.get(topic)?.size ?? 0,

    publish(topic, payload) {
      if (isClosed) return Promise.reject(new MainframeClosedError(topic));
      published.push({ topic, payload });
      delivered = delivered.then(() => {
        for (const listener of [...(listeners.get(topic) ?? [])]) listener(payload);
      });
      return delivered;
    },

    async subscribe(topic, listener): Promise<Unsubscribe> {
      if (isClosed) throw new MainframeClosedError(topic);
      // A function of its own: the same listener may be added twice.
      const own = (payload: string) => listener(payload);
      const ofTopic = listeners.get(topic) ?? new Set();
      listeners.set(topic, ofTopic.add(own));
      return async () => {
        ofTopic.delete(own);
        if (ofTopic.size === 0 && listeners.get(topic) === ofTopic) listeners.delete(topic);
      };
    },

    async close() {
      isClosed = true;
      await delivered;
      listeners.clear();
    },
  };
}
