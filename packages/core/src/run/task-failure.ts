import { TaskFailedError } from "../errors/index.ts";
import { blockItself } from "../input-values/block-itself.ts";
import type { Task, TaskLog } from "../types.ts";
import { nodesOf, placeOf } from "./log-place.ts";

/**
 * The failure of a task, with the reason from its logs (connect-api 4.3): what the session says, unless that is only that a flow
 * failed; the words of the block that failed; or what an engine quotes of them.
 */
export function taskFailure(task: Task, logs: readonly TaskLog[]): TaskFailedError {
  const session = logs.findLast(({ type }) => type === "SessionFinished");
  const said = session && errorOf(session);
  const own = said === undefined || saysOnlyThatItFailed.test(said) ? undefined : said;
  const failures = logs.filter((log) => failureTypes.has(log.type) && errorOf(log) !== undefined);
  const accused = nodesOf(causeOf(session)?.stack);
  const block =
    failures.findLast((log) => log.type === "BlockFinished" && placeOf(log).node === accused) ??
    failures.findLast(({ type }) => type === "BlockFinished");
  const place = accused ?? nodeOf(block) ?? nodeOf(failures.findLast(nodeOf));
  const last = failures.findLast(({ type }) => type === "BlockError") ?? failures.at(-1);
  const reason =
    own ?? (block && errorOf(block)) ?? textOf(causeOf(session)?.message) ?? (last && errorOf(last));
  return new TaskFailedError({ task, reason, nodeId: place, logs: logs.slice(-20) });
}

/** The outermost come last, and tell least. */
const failureTypes = new Set([
  "BlockFinished",
  "BlockError",
  "SubflowBlockFinished",
  "FlowFinished",
  "SessionFinished",
]);

/** What the engine says of every flow that fails (oocana-protocol 2.5). */
const saysOnlyThatItFailed = /^(sub)?flow \S*[\\/].* failed\.?$/;

/** The engine's own account of a flow's failure: the words of the block, and the way to its node. */
function causeOf(session: TaskLog | undefined): { message?: unknown; stack?: unknown } | undefined {
  const cause = session?.event?._error;
  return typeof cause === "object" && cause !== null ? cause : undefined;
}

function nodeOf(log: TaskLog | undefined): string | undefined {
  const node = log && placeOf(log).node;
  return node === blockItself ? undefined : node;
}

function errorOf(log: TaskLog): string | undefined {
  return textOf(log.event?.error);
}

function textOf(text: unknown): string | undefined {
  return typeof text === "string" && text !== "" ? text : undefined;
}
