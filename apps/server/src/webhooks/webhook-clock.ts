/** The time, which tests set. */
export interface WebhookClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls something once, later, unless the answer is called before; keeps no process alive. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: WebhookClock = {
  now: Date.now,
  after(ms, run) {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
