import { isFinalStatus } from "@oomol/connect-browser";
import { useEffect } from "react";
import { useConnection } from "../connection/connection.tsx";
import { type HistoryEntry, historyStore } from "../state/history.ts";

const mostAttached = 5;

/** Looks again after tasks that were under way when the page was last left. */
export function useUnfinishedTasks(): void {
  const { tasks } = useConnection();
  useEffect(() => {
    const isOpen = ({ status }: HistoryEntry) => !isFinalStatus(status) && status !== "unknown";
    for (const { taskId } of historyStore.get().filter(isOpen).slice(0, mostAttached)) tasks.follow(taskId);
  }, [tasks]);
}
