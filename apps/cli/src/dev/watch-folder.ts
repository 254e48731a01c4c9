import { relative, sep } from "node:path";
import { watch } from "chokidar";

/** Editors write a file in several steps: changes within this time count as one. */
const settleMs = 150;

/**
 * Calls `onChange` after changes in a folder, also those that replace a file by another. Node.js 22 loses a file that was
 * replaced if it watches a tree by itself.
 */
export async function watchFolder(directory: string, onChange: () => void): Promise<AsyncDisposable> {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(directory, { ignored: (path) => isForeign(directory, path), ignoreInitial: true });
  watcher.on("all", () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, settleMs);
  });
  await new Promise<void>((resolve, reject) => {
    watcher.once("ready", resolve);
    watcher.once("error", reject);
  });
  // Such as a folder that was deleted while it was looked at: the rest is still watched.
  watcher.on("error", () => undefined);
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}

/** What the author does not write. */
function isForeign(directory: string, path: string): boolean {
  const parts = relative(directory, path).split(sep);
  return parts.includes("node_modules") || parts.includes(".git");
}
