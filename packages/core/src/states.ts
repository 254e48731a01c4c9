import type { InstallTaskStatus, TaskStatus } from "./types.ts";

/** Whether a task with this status has ended. One that this client does not know counts as still running. */
export function isFinalStatus(status: TaskStatus): boolean {
  return ["completed", "failed", "stopped"].includes(status);
}

/** The same for an installation. */
export function isFinalInstallStatus(status: InstallTaskStatus): boolean {
  return ["success", "failed"].includes(status);
}

/** What is said, once, of a status that this client does not know; `undefined` for any other that goes on. */
export function unknownStatus(subject: string, status: TaskStatus | InstallTaskStatus): string | undefined {
  if (["created", "pending", "running"].includes(status)) return undefined;
  return `${subject} has the unknown status "${status}"; it counts as running.`;
}
