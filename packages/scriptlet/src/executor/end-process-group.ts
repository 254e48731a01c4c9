/**
 * Ends what blocks have started, and this process with it, at once: nobody else is left to do so when the engine has died.
 * Only where this process leads its group, as an engine that means to end it whole starts it; otherwise nothing happens.
 */
export function endProcessGroup(): void {
  try {
    // No group bears our number unless we lead it.
    process.kill(-process.pid, "SIGKILL");
  } catch {
    // We do not, or the system knows no groups.
  }
}
