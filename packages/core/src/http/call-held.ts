import type { Clock } from "../waiting/delay.ts";
import type { DataOf, Schema } from "../wire/index.ts";
import type { HttpAnswer } from "./decode-answer.ts";
import type { Http } from "./http.ts";
import type { HttpCall } from "./http-call.ts";

/** The longest that a server is asked to hold an answer (connect-api 6.1). */
const longestHoldMs = 60_000;
/** An answer that comes sooner was not held, whatever its header says. */
export const shortestHoldMs = 200;

/** Long-polls up to `holdMs` (0: a plain call); reports whether the server held. */
export async function callHeld<Checked extends Schema>(
  http: Http,
  clock: Clock,
  call: HttpCall<Checked>,
  holdMs: number,
): Promise<{ answer: HttpAnswer<DataOf<Checked>>; wasHeld: boolean }> {
  const seconds = Math.floor(Math.min(longestHoldMs, holdMs) / 1_000);
  if (seconds <= 0) return { answer: await http.call(call), wasHeld: false };
  const headers = { ...call.headers, prefer: `wait=${seconds}` };
  const startedMs = clock.now();
  const release = http.holdConnection();
  try {
    const answer = await http.call({ ...call, headers, holdMs: seconds * 1_000 });
    const isTold = answer.header("preference-applied")?.includes("wait") === true;
    return { answer, wasHeld: isTold && clock.now() - startedMs >= shortestHoldMs };
  } finally {
    release();
  }
}
