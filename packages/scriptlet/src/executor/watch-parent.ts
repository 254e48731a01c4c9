import { endProcessGroup } from "./end-process-group.ts";

const lookMs = 1_000;
/** The main thread has heard it too, by the end of its socket, and leaves by itself unless a block holds it. */
const lastChanceMs = 3_000;

/** Ends this process, and what blocks have started, some seconds after its parent is gone. */
export function watchParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid === parent) return;
    setTimeout(() => {
      endProcessGroup();
      process.kill(process.pid, "SIGKILL");
    }, lastChanceMs);
  }, lookMs);
}
