import { opendir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Looks at a folder again and again until `over`; calls `onExceeded` once it holds more than it may. */
export async function watchSize(
  directory: string,
  limitBytes: number,
  over: AbortSignal,
  onExceeded: () => void,
): Promise<void> {
  while (!over.aborted) {
    const startedAtMs = performance.now();
    if ((await sizeOf(directory, limitBytes)) > limitBytes) return onExceeded();
    // A large folder takes its time; it is not to be looked at all the time.
    const pauseMs = Math.max(250, 2 * (performance.now() - startedAtMs));
    await delay(pauseMs, undefined, { signal: over }).catch(() => undefined);
  }
}

/** Of all files below a folder; no further than the limit. */
export async function sizeOf(directory: string, limitBytes: number): Promise<number> {
  let sizeBytes = 0;
  const folders = [directory];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await opendir(folder).catch(() => []); // it is gone
    for await (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) sizeBytes += await sizeOfFile(path);
      if (sizeBytes > limitBytes) return sizeBytes;
    }
  }
  return sizeBytes;
}

function sizeOfFile(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
