/**
 * The seam between a block and whatever runs it: publish and subscribe, nothing else. The executor uses MQTT for
 * it; tests of blocks use memory.
 */
export interface Mainframe {
  /**
   * Sends one JSON message. Messages on one topic arrive in the order of the calls.
   * The promise settles when the broker has taken the message (QoS 1), and rejects if the mainframe was closed first.
   */
  publish(topic: string, payload: string): Promise<void>;

  /**
   * Hands what was published to the system before it returns, so that it arrives even if this process dies or never yields; what
   * is published too often for that leaves a little later. Absent if a publish does so by itself, or has nothing that could
   * outlive it.
   */
  flush?(): void;

  /**
   * Sends a message as `flush` does, without a promise for it. False, and the message is not even made, if what was published
   * before still waits for the system. Absent with `flush`.
   */
  publishAtOnce?(topic: string, payload: () => string): boolean;

  /**
   * Calls `listener` for each message on a topic, in order. Any number of listeners may share a topic; the broker is
   * asked once. When the subscription is acknowledged, resolves to a function that ends it.
   */
  subscribe(topic: string, listener: (payload: string) => void): Promise<Unsubscribe>;

  /** Waits until everything published has been acknowledged, then disconnects. Safe to call twice. */
  close(): Promise<void>;
}

/** Ends one subscription; the broker is told when the topic's last listener is removed. */
export type Unsubscribe = () => Promise<void>;
