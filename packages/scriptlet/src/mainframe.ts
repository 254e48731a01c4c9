/**
 * The seam between a block and whatever runs it: publish and subscribe, nothing else. The executor speaks MQTT through
 * it; tests of blocks speak to memory.
 */
export interface Mainframe {
  /**
   * Sends one JSON message. Messages on one topic arrive in the order of the calls.
   * The promise settles when the broker has taken the message (QoS 1), and rejects when the mainframe was closed first.
   */
  publish(topic: string, payload: string): Promise<void>;

  /**
   * Calls `listener` for each message on a topic, in order. Any number of listeners may share a topic; the broker is
   * asked once. Resolves when the subscription is acknowledged, to what ends it.
   */
  subscribe(topic: string, listener: (payload: string) => void): Promise<Unsubscribe>;

  /** Waits until everything published has been acknowledged, then disconnects. Safe to call twice. */
  close(): Promise<void>;
}

/** Ends one subscription; the broker is told when the last listener of the topic goes. */
export type Unsubscribe = () => Promise<void>;
