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

export const historyStore: Store<readonly HistoryEntry[]> = createStore(readHistory() ?? []);

export function rememberTask(entry: HistoryEntry): void {
  change((entries) => [entry, ...entries].slice(0, longestHistory));
}

export function noteTaskStatus(taskId: string, status: TaskStatus): void {
  const isNews = (entry: HistoryEntry) => entry.taskId === taskId && entry.status !== status;
  if (!historyStore.get().some(isNews)) return;
  change((entries) => entries.map((entry) => (entry.taskId === taskId ? { ...entry, status } : entry)));
}

/** Takes one task off the list, whatever it holds: nothing of it is looked at. */
export function forgetTask(taskId: string): void {
  change((entries) => entries.filter((entry) => entry.taskId !== taskId));
}

/** What stood in the form when this browser started the task. */
export function notedDrafts(taskId: string | undefined): StorableDrafts | undefined {
  return historyStore.get().find((entry) => entry.taskId === taskId)?.drafts;
}

export function clearHistory(): void {
  change(() => []);
}

/** From what is stored: another tab may have changed it. */
function change(next: (entries: readonly HistoryEntry[]) => readonly HistoryEntry[]): void {
  const entries = next(readHistory() ?? historyStore.get());
  historyStore.set(entries);
  writeLocal("history", entries);
}

/** Undefined if nothing is stored, or may be. */
function readHistory(): readonly HistoryEntry[] | undefined {
  const stored = readLocal("history");
  return Array.isArray(stored) ? stored.filter(isEntry) : undefined;
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
