import { readLocal, writeLocal } from "../state/local-storage.ts";

const key = "drawing";
const mostRemembered = 50;

/**
 * Remembers whose previews are in sight. A page that a preview holds up is never left in order, so what is still remembered when a
 * task is opened had brought the page down.
 */
export function broughtPageDown(taskId: string): boolean {
  return remembered().includes(taskId);
}

/** While the previews of a task are in sight; the answer ends it. */
export function guardDrawing(taskId: string): () => void {
  const begin = () => write([taskId, ...without(taskId)].slice(0, mostRemembered));
  const end = () => write(without(taskId));
  const follow = () => (document.visibilityState === "visible" ? begin() : end());
  follow();
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", end);
  return () => {
    document.removeEventListener("visibilitychange", follow);
    removeEventListener("pagehide", end);
    end();
  };
}

const without = (taskId: string) => remembered().filter((one) => one !== taskId);

const write = (taskIds: readonly string[]) => writeLocal(key, taskIds);

function remembered(): string[] {
  const stored = readLocal(key);
  return Array.isArray(stored) ? stored.filter((one) => typeof one === "string") : [];
}
