import type { OperationName } from "./operation.ts";
import { Refusal } from "./refusal.ts";

type Check = readonly [name: string, isRight: RegExp, meaning: string];

const limit: Check = ["limit", /^\d{1,9}$/, "a number"];

/** The query parameters of the API, by the calls that have any. */
const parameters: Partial<Record<OperationName, readonly Check[]>> = {
  "tasks.getLogs": [["after", /^-?\d{1,15}$/, "the id of a log"], limit],
  "tasks.list": [
    limit,
    ["before", /^[\w.~-]{1,100}$/, "the `next` of an earlier page"],
    ["status", /^[\w,-]{1,100}$/, "a state of tasks"],
    ["blockId", /^[^\0]{1,1000}$/, "the id of a block"],
  ],
};

/** The query of the request to the server: what the API knows, and nothing else. */
export function queryOf(name: OperationName, given: URLSearchParams): string {
  const passed = new URLSearchParams();
  for (const [parameter, isRight, meaning] of parameters[name] ?? []) {
    const value = given.get(parameter);
    if (value === null) continue;
    if (!isRight.test(value)) throw new Refusal(400, `"${parameter}" must be ${meaning}.`);
    passed.set(parameter, value);
  }
  return passed.size === 0 ? "" : `?${passed}`;
}
