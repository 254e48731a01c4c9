import type { Unsubscribe } from "./mainframe.ts";

/** The listeners of each topic: any number of them, of which the other side gets only the first and the last. */
export interface Subscriptions {
  /** Resolves when the other side has acknowledged the topic. */
  add(topic: string, listener: (payload: string) => void): Promise<Unsubscribe>;
  deliver(topic: string, payload: string): void;
}

/** Creates the listeners over functions that join and leave a topic on the other side. */
export function createSubscriptions(
  join: (topic: string) => Promise<unknown>,
  leave: (topic: string) => Promise<unknown>,
): Subscriptions {
  const topics = new Map<string, Topic>();
  return {
    async add(topic, listener) {
      // A function of its own: the same listener may be added twice.
      const own = (payload: string) => listener(payload);
      let heard = topics.get(topic);
      if (heard === undefined) {
        heard = { listeners: new Set(), acknowledged: join(topic) };
        topics.set(topic, heard);
      }
      heard.listeners.add(own);
      const { listeners } = heard;
      await heard.acknowledged;
      return async () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        topics.delete(topic);
        await leave(topic);
      };
    },
    deliver(topic, payload) {
      const heard = topics.get(topic);
      if (heard === undefined) return;
      for (const listener of [...heard.listeners]) listener(payload);
    },
  };
}

interface Topic {
  listeners: Set<(payload: string) => void>;
  acknowledged: Promise<unknown>;
}
