import type { Kysely, Transaction } from "kysely";
import type { Tables } from "./tables.ts";

/** Does something in a transaction; rejects if it was not stored. Without effects outside of it: it may be done again. */
export type Transact = <Result>(work: Work<Result>) => Promise<Result>;

type Work<Result> = (transaction: Transaction<Tables>) => Promise<Result>;

interface Waiting {
  work: Work<unknown>;
  settle(result: unknown): void;
  fail(error: unknown): void;
}

/**
 * What comes within one turn of the event loop shares a transaction: in SQLite its end costs as much as what is in it. If that
 * fails, each gets one of its own, so that nobody fails for another.
 */
export function shareTurns(database: Kysely<Tables>): Transact {
  let waiting: Waiting[] = [];

  const runAll = async (all: readonly Waiting[]) => {
    try {
      const results = await database.transaction().execute((transaction) => inOrder(all, transaction));
      for (const [index, { settle }] of all.entries()) settle(results[index]);
    } catch (error) {
      if (all.length === 1) all[0]?.fail(error);
      else for (const one of all) await runAll([one]);
    }
  };

  return <Result>(work: Work<Result>) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ work, settle: (result) => resolve(result as Result), fail: reject });
      if (waiting.length > 1) return;
      setImmediate(() => {
        void runAll(waiting);
        waiting = [];
      });
    });
}

async function inOrder(all: readonly Waiting[], transaction: Transaction<Tables>): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const { work } of all) results.push(await work(transaction));
  return results;
}
