import { type Clock, systemClock } from "../../src/waiting/delay.ts";

/** A clock on which no timeout begins before something has happened, however slow the machine is; pauses are as ever. */
export function clockAfter(hasHappened: () => Promise<void>): Clock {
  return {
    now: () => 0,
    pause: systemClock.delay,
    async delay(durationMs, signal) {
      await hasHappened();
      await systemClock.delay(durationMs, signal);
    },
  };
}
