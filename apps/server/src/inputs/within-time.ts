import { createContext, Script } from "node:vm";
import { isRecord } from "../values.ts";

const holder = { work: () => {} };
const context = createContext(holder);
const script = new Script("work()");

/** Does something that holds the process, and gives up when it takes too long: throws an error that says so. */
export function withinTime<Result>(work: () => Result, limitMs: number): Result {
  let result: { value: Result } | undefined;
  holder.work = () => {
    result = { value: work() };
  };
  try {
    script.runInContext(context, { timeout: limitMs });
  } catch (error) {
    // An error of the other context: no instance of what is one here.
    const isLate = isRecord(error) && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
    throw isLate ? new Error(`it takes longer than ${limitMs} ms`, { cause: error }) : error;
  } finally {
    holder.work = () => {};
  }
  if (result === undefined) throw new Error("the work was not done");
  return result.value;
}
