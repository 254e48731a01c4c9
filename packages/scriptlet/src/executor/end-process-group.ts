/**
 * Ends everything that blocks have started, and this process, at once: nobody else does so if the engine has died.
 * Only if this process leads its group, as under an engine that ends whole groups; otherwise nothing happens.
 */
export function endProcessGroup(): void {
  try {
    // No group has our number unless we lead it.
    process.kill(-process.pid, "SIGKILL");
  } catch {
    // We do not, or the system has no groups.
  }
}
