import type { StoredLog } from "./task-rows.ts";

/** What a task may keep of what its blocks say. What decides about its result is kept beyond that, within a bound of its own. */
export interface LogQuota {
  limitBytes: number;
  /** Kept so far, by this process. */
  sizeBytes: number;
  isTold: boolean;
  droppedBytes: number;
}

/** What blocks say to people while they run; the rest tells what became of the task. */
const cuttable = new Set([
  "BlockLog",
  "BlockLogJSON",
  "BlockWarning",
  "BlockMessage",
  "BlockProgress",
  "BlockPreview",
]);

/**
 * Whether a log is kept (`keep`), dropped (`drop`), or dropped as the first, which is to be said in its place (`tell`). Throws if
 * a task that is over its quota sends as much again that could not be dropped.
 */
export function judgeLog(
  quota: LogQuota,
  { type, event }: StoredLog,
  said: object,
): "keep" | "drop" | "tell" {
  const isOver = quota.sizeBytes + event.length > quota.limitBytes;
  if (isOver && cuttable.has(type)) {
    quota.droppedBytes += event.length + droppedBefore(said);
    if (quota.isTold) return "drop";
    quota.isTold = true;
    // From here on, that smaller ones still had room would only confuse.
    quota.sizeBytes = Math.max(quota.sizeBytes, quota.limitBytes);
    return "tell";
  }
  quota.sizeBytes += event.length;
  if (type === "SessionFinished" || quota.sizeBytes <= 2 * quota.limitBytes) return "keep";
  throw new Error(
    `The outputs and other events of the task have more than twice the ${inMebibytes(quota)} MiB that this server keeps for a task's logs (--task-log-mb).`,
  );
}

/** What the executor has dropped itself, which its warning tells. */
function droppedBefore(said: object): number {
  const { dropped_characters: characters } = said as { dropped_characters?: unknown };
  return typeof characters === "number" && characters > 0 ? characters : 0;
}

/** Before the end of a task of which something was dropped: how much it was. */
export function droppedWarning(
  quota: LogQuota,
  ended: Record<string, unknown>,
): Record<string, unknown> | undefined {
  if (quota.droppedBytes === 0) return undefined;
  return {
    type: "BlockWarning",
    session_id: ended.session_id,
    stacks: [],
    warning: `${mebibytes(quota.droppedBytes)} MiB of what its blocks have said are not kept, as they are beyond the ${inMebibytes(quota)} MiB that this server keeps for a task (--task-log-mb).`,
  };
}

/** The log in place of the first that is dropped. */
export function quotaWarning(quota: LogQuota, dropped: Record<string, unknown>): Record<string, unknown> {
  const { session_id, job_id, block_path, stacks } = dropped;
  return {
    type: "BlockWarning",
    session_id,
    job_id,
    block_path,
    stacks,
    warning: `This task has logged the ${inMebibytes(quota)} MiB that this server keeps (--task-log-mb): what its blocks say from here on is not kept. The task goes on, and so does its result.`,
  };
}

function inMebibytes({ limitBytes }: LogQuota): number {
  return mebibytes(limitBytes);
}

function mebibytes(bytes: number): number {
  return Math.round((bytes / 2 ** 20) * 100) / 100;
}
