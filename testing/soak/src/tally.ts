/** What was seen so far. */
export interface Tally {
  started: number;
  succeeded: number;
  withFile: number;
  uploadedBytes: number;
  logs: number;
  /** Runs that ended in one of our errors, by its code. */
  failed: Record<string, number>;
  /** What must never happen, in words. */
  wrong: string[];
  ranTwice: number;
  slowestMs: number;
}

export function createTally(): Tally {
  return {
    started: 0,
    succeeded: 0,
    withFile: 0,
    uploadedBytes: 0,
    logs: 0,
    failed: {},
    wrong: [],
    ranTwice: 0,
    slowestMs: 0,
  };
}
