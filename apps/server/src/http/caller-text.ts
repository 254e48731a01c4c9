import { Refusal } from "../refusal.ts";

/** PostgreSQL takes no text with a NUL, not even to compare. */
export function requireNoNul(id: string): void {
  if (id.includes("\0")) throw new Refusal(400, "An id holds no NUL character.");
}

/** Databases compare ids of logs as integers of 32 bits; no task has more logs. */
export function clampLogId(id: number): number {
  return Math.max(-1, Math.min(id, 2 ** 31 - 1));
}
