import { rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Removes what an executor of others has logged of a session into its home: there, libraries tell all that they do, and nothing else
 * ever removes it. At once, since the server may be about to end.
 */
export function removeExecutorLogs(sessionId: string, home = homedir()): void {
  try {
    rmSync(join(home, ".oocana", "sessions", sessionId), { recursive: true, force: true });
  } catch {
    // What another user's process has made, only that user can remove.
  }
}
