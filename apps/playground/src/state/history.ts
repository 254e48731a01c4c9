import type { TaskStatus } from "@oomol/connect-browser";
import type { StorableDrafts } from "../form/draft.ts";
import { readLocal, writeLocal } from "./local-storage.ts";
import { createStore, type Store } from "./store.ts";

/** A task that was started from this browser. */
export interface HistoryEntry {
  taskId: string;
  blockId: string;
  status: TaskStatus;
  /** Epoch milliseconds. */
  startedAt: number;
  /** What stood in the form; secrets and files are never kept. */
  drafts: StorableDrafts;
}

const longestHistory = 50;

export const historyStore: Store<readonly HistoryEntry[]> = createStore(readHistory());

export function rememberTask(entry: HistoryEntry): void {
  save([entry, ...historyStore.get()].slice(0, longestHistory));
}

export function noteTaskStatus(taskId: string, status: TaskStatus): void {
  const entries = historyStore.get();
  if (!entries.some((entry) => entry.taskId === taskId && entry.status !== status)) return;
  save(entries.map((entry) => (entry.taskId === taskId ? { ...entry, status } : entry)));
}

/** Takes one task off the list, whatever it holds: nothing of it is looked at. */
export function forgetTask(taskId: string): void {
  save(historyStore.get().filter((entry) => entry.taskId !== taskId));
}

export function clearHistory(): void {
  save([]);
}

function save(entries: readonly HistoryEntry[]): void {
  historyStore.set(entries);
  writeLocal("history", entries);
}

function readHistory(): readonly HistoryEntry[] {
  const stored = readLocal("history");
  return Array.isArray(stored) ? stored.filter(isEntry) : [];
}

function isEntry(value: unknown): value is HistoryEntry {
  if (typeof value !== "object" || value === null) return false;
  const entry = value as Partial<Record<keyof HistoryEntry, unknown>>;
  return (
    typeof entry.taskId === "string" &&
    typeof entry.blockId === "string" &&
    typeof entry.status === "string" &&
    typeof entry.startedAt === "number" &&
    typeof entry.drafts === "object" &&
    entry.drafts !== null
  );
}
