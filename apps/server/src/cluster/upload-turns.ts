import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { v7 as newToken } from "uuid";
import { Refusal } from "../refusal.ts";
import { createTurns, type Turns, takenOver } from "../uploads/turns.ts";
import { messageOf } from "../values.ts";
import type { Notices } from "./notices.ts";
import type { Postgres } from "./postgres.ts";

export interface UploadTurnsParts {
  postgres: Pick<Postgres, "pool">;
  notices: Pick<Notices, "send" | "onNotice">;
  log: Logger;
}

/** For so long a process that says nothing has an upload: one that was killed, or that lost the database. */
const leaseMs = 10_000;
const renewMs = 3_000;
/** It gives one up before others may take it. */
const safeMs = 8_000;
const firstPauseMs = 25;
const mostPauseMs = 250;
/** Whoever has it either hears of it, or loses it. */
const patienceMs = leaseMs + 2_000;

const nowMs = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

/**
 * Turns at uploads among the API processes of a cluster. Within a process they are as without one; then the row of the upload says
 * which process has it, and until when. Who wants it tells the others, and whoever has it ends his turn.
 */
export function createUploadTurns({ postgres, notices, log }: UploadTurnsParts): Turns {
  const { pool } = postgres;
  const own = createTurns();
  /** Those that this process wants or has. */
  const tokens = new Map<string, string>();

  notices.onNotice("uploads", (word) => {
    const [id = "", token = ""] = word.split(":");
    // Tokens ascend: of two who want it at once the later one gets it.
    if ((tokens.get(id) ?? token) < token) own.end(id, takenOver());
  });

  const claim = async (id: string, token: string): Promise<boolean> => {
    const { rowCount } = await pool.query(
      `update uploads set turn = $2, turn_until = ${nowMs} + ${leaseMs}
       where id = $1 and (turn is null or turn = $2 or turn_until < ${nowMs})`,
      [id, token],
    );
    return rowCount === 1;
  };
  const renew = async (id: string, token: string): Promise<boolean> => {
    const { rowCount } = await pool.query(
      `update uploads set turn_until = ${nowMs} + ${leaseMs} where id = $1 and turn = $2`,
      [id, token],
    );
    return rowCount === 1;
  };
  const release = (id: string, token: string) =>
    pool.query("update uploads set turn = null, turn_until = null where id = $1 and turn = $2", [id, token]);
  const isThere = async (id: string) =>
    (await pool.query("select from uploads where id = $1", [id])).rowCount === 1;

  const win = async (id: string, token: string, signal: AbortSignal): Promise<void> => {
    const untilMs = performance.now() + patienceMs;
    for (
      let pauseMs = firstPauseMs;
      !(await claim(id, token));
      pauseMs = Math.min(pauseMs * 2, mostPauseMs)
    ) {
      signal.throwIfAborted();
      if (!(await isThere(id))) return; // what there is to do finds that out
      if (performance.now() > untilMs) throw busy();
      notices.send("uploads", `${id}:${token}`);
      await delay(pauseMs);
    }
  };

  /** Keeps the lease; ends the turn if that fails for too long. */
  const keep = (id: string, token: string): (() => void) => {
    let keptMs = performance.now();
    const timer = setInterval(async () => {
      const askedMs = performance.now();
      try {
        if (await renew(id, token)) keptMs = askedMs;
        else own.end(id, takenOver());
      } catch (error) {
        log.warn({ upload: id, error: messageOf(error) }, "the turn at an upload could not be kept");
      }
      if (performance.now() - keptMs > safeMs) own.end(id, busy());
    }, renewMs);
    return () => clearInterval(timer);
  };

  return {
    async take(id) {
      const turn = await own.take(id);
      const token = newToken();
      tokens.set(id, token);
      const end = async () => {
        if (tokens.get(id) === token) tokens.delete(id);
        await release(id, token).catch(() => undefined); // it is over in time
        await turn[Symbol.asyncDispose]();
      };
      try {
        await win(id, token, turn.signal);
      } catch (error) {
        await end();
        throw error;
      }
      const stopKeeping = keep(id, token);
      return {
        signal: turn.signal,
        async [Symbol.asyncDispose]() {
          stopKeeping();
          await end();
        },
      };
    },
    close: () => own.close(),
  };
}

const busy = () =>
  new Refusal(423, "Another process still writes to this upload: try again in a moment.", {
    retryAfterSeconds: 1,
  });
