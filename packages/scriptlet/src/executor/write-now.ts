import { writeSync } from "node:fs";

const pauseMs = 1;

/**
 * Hands bytes to the system before it returns. Returns how many: fewer than all if there was no room for longer than
 * `patienceMs`, or if the other end is gone.
 */
export function writeNow(descriptor: number, bytes: Uint8Array, patienceMs: number): number {
  let at = 0;
  let deadline: number | undefined;
  while (at < bytes.length) {
    try {
      at += realWriteSync(descriptor, bytes, at);
      deadline = undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return at;
      const now = performance.now();
      deadline ??= now + patienceMs;
      if (now >= deadline) return at;
      Atomics.wait(pause, 0, 0, pauseMs);
    }
  }
  return at;
}

/** Before anything replaces it. */
const realWriteSync = writeSync;
const pause = new Int32Array(new SharedArrayBuffer(4));
