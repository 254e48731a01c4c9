import type { Logger } from "pino";
import { messageOf } from "../values.ts";

/** Asks something of the database every `ms`, once at a time: one that is silent gathers no questions. Failures are told. */
export function every(ms: number, run: () => Promise<void> | void, log: Logger): NodeJS.Timeout {
  let isUnderWay = false;
  const attempt = async () => {
    if (isUnderWay) return;
    isUnderWay = true;
    try {
      await run();
    } catch (error) {
      log.warn({ error: messageOf(error) }, "the database did not answer");
    } finally {
      isUnderWay = false;
    }
  };
  return setInterval(() => void attempt(), ms);
}
