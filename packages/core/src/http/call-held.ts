import type { Clock } from "../waiting/delay.ts";
import type { DataOf, Schema } from "../wire/index.ts";
import type { HttpAnswer } from "./decode-answer.ts";
import type { Http } from "./http.ts";
import type { HttpCall } from "./http-call.ts";
import { isTransient } from "./with-retries.ts";

/** The longest that a server is asked to hold an answer (connect-api 6.1). */
const longestHoldMs = 60_000;
/** An answer that comes sooner was not held, whatever its header says. */
export const shortestHoldMs = 200;

/**
 * Long-polls up to `holdMs` (0: a plain call); reports whether the server held. If a held answer does not come through, the
 * call is made again as a plain one, so a creation needs an idempotency key.
 */
export async function callHeld<Checked extends Schema>(
  http: Http,
  clock: Clock,
  call: HttpCall<Checked>,
  holdMs: number,
): Promise<{ answer: HttpAnswer<DataOf<Checked>>; wasHeld: boolean }> {
  const seconds = Math.floor(Math.min(longestHoldMs, holdMs) / 1_000);
  const release = seconds > 0 ? await http.hold("wait") : undefined;
  if (!release) return { answer: await http.call(call), wasHeld: false };
  let trouble: unknown;
  try {
    const headers = { ...call.headers, prefer: `wait=${seconds}` };
    const startedMs = clock.now();
    const answer = await http.call({ ...call, headers, holdMs: seconds * 1_000, isSingleAttempt: true });
    http.ways.prove("wait");
    const isTold = answer.header("preference-applied")?.includes("wait") === true;
    return { answer, wasHeld: isTold && clock.now() - startedMs >= shortestHoldMs };
  } catch (failure) {
    call.signal?.throwIfAborted();
    if (!isTransient(failure)) throw failure;
    trouble = failure;
  } finally {
    release();
  }
  await http.beforeOtherWay(call, trouble);
  const answer = await http.call(call);
  http.ways.spoil("wait", trouble);
  return { answer, wasHeld: false };
}
