import { createContext, Script } from "node:vm";
import { isRecord } from "../values.ts";

const holder = { work: () => {} };
const context = createContext(holder);
const script = new Script("work()");

/**
 * Does something that holds the process, and gives up when it takes too long: throws an error that says so. What counts is the
 * CPU time that it got; on a busy machine it is begun again with twice the time to get it, so it must have no effects.
 */
export function withinTime<Result>(work: () => Result, limitMs: number): Result {
  for (let waitMs = limitMs; ; waitMs *= 2) {
    const startedMs = cpuTimeMs();
    const done = tryFor(work, waitMs);
    if (done) return done.value;
    const wasStarved = cpuTimeMs() - startedMs < limitMs / 2;
    if (!wasStarved || waitMs >= limitMs * mostPatience) {
      throw new Error(`it takes longer than ${limitMs} ms`);
    }
  }
}

const mostPatience = 16;

/** Undefined if it was not done in time. */
function tryFor<Result>(work: () => Result, waitMs: number): { value: Result } | undefined {
  let result: { value: Result } | undefined;
  holder.work = () => {
    result = { value: work() };
  };
  try {
    script.runInContext(context, { timeout: waitMs });
  } catch (error) {
    // An error of the other context: no instance of what is one here.
    const isLate = isRecord(error) && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
    if (!isLate) throw error;
  } finally {
    holder.work = () => {};
  }
  return result;
}

/** Of this thread; of the whole process in a Node.js that tells no more. */
function cpuTimeMs(): number {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1_000;
}
