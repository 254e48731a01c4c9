import type { Task } from "@oomol/connect-browser";
import type { HistoryEntry } from "../state/history.ts";

/** A task as the list of tasks shows it. */
export interface HistoryRow extends Omit<HistoryEntry, "drafts"> {
  /** The server has told of it; otherwise only this browser knows it. */
  isStored: boolean;
}

/** Of a task that is followed here the state is newer than that of the server's list. */
export function mergeTasks(own: readonly HistoryEntry[], stored: readonly Task[]): HistoryRow[] {
  const known = new Map(own.map((entry) => [entry.taskId, entry]));
  const rows = stored.flatMap(
    ({ id, manifest_path: blockId, status, created_at: startedAt = 0 }): HistoryRow[] => {
      const entry = known.get(id);
      known.delete(id);
      if (entry) return [{ ...withoutDrafts(entry), isStored: true }];
      return blockId === undefined ? [] : [{ taskId: id, blockId, status, startedAt, isStored: true }];
    },
  );
  const others = [...known.values()].map((entry) => ({ ...withoutDrafts(entry), isStored: false }));
  return [...others, ...rows].sort((one, other) => other.startedAt - one.startedAt);
}

function withoutDrafts({ drafts: _, ...entry }: HistoryEntry): Omit<HistoryEntry, "drafts"> {
  return entry;
}
