import { Refusal } from "../refusal.ts";

/**
 * Who may have to do with an upload, one request at a time. Whoever comes later gets it: the one before may be of a connection that
 * broke without anybody's hearing of it.
 */
export interface Turns {
  /** Ends the turn before, and waits until it is over. Throws a {@link Refusal} if a later request was given it meanwhile. */
  take(id: string): Promise<Turn>;
  /** Ends all there are, and waits until they are over. */
  close(): Promise<void>;
}

export interface Turn extends AsyncDisposable {
  /** Aborted with a {@link Refusal} when somebody else wants it. */
  readonly signal: AbortSignal;
}

/** Those of one process. */
export interface OwnTurns extends Turns {
  /** Ends the turn that there is, with a reason. */
  end(id: string, reason: Refusal): void;
}

export function createTurns(): OwnTurns {
  const last = new Map<string, { ending: AbortController; over: Promise<void> }>();
  return {
    async take(id) {
      const before = last.get(id);
      const ending = new AbortController();
      let resolve = () => {};
      const over = new Promise<void>((done) => (resolve = done));
      const own = { ending, over };
      last.set(id, own);
      const finish = () => {
        if (last.get(id) === own) last.delete(id);
        resolve();
      };
      before?.ending.abort(takenOver());
      await before?.over;
      if (ending.signal.aborted) {
        finish();
        throw ending.signal.reason;
      }
      return { signal: ending.signal, [Symbol.asyncDispose]: async () => finish() };
    },
    end: (id, reason) => last.get(id)?.ending.abort(reason),
    async close() {
      const all = [...last.values()];
      for (const { ending } of all) ending.abort(closing());
      await Promise.all(all.map(({ over }) => over));
    },
  };
}

export const takenOver = () => new Refusal(423, "A newer request has taken over this upload.");

const closing = () =>
  new Refusal(503, "The server closes; the upload goes on later.", { retryAfterSeconds: 1 });
