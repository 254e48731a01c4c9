/** Calls `handOver` before this process is told to die by its own code, which then runs no handler and no event loop any more. */
export function beforeDeath(handOver: () => void): void {
  for (const name of ["kill", "abort", "reallyExit"] as const) {
    // `reallyExit` is in no documentation, and what `process.exit` calls.
    const holder = process as unknown as Record<string, (...args: unknown[]) => unknown>;
    const original = holder[name];
    if (original === undefined) continue;
    holder[name] = function (this: unknown, ...args) {
      handOver();
      return original.apply(this, args);
    };
  }
}
