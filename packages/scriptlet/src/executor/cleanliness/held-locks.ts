import type { Leftover } from "./leftover.ts";

/**
 * Locks of `navigator.locks` that are held, for which there is no resource. They are queried only if the module behind them
 * is loaded; without `process.moduleLoadList`, which is undocumented, never.
 */
export function watchHeldLocks(): () => Leftover[] | Promise<Leftover[]> {
  let looked = 0;
  let isLoaded = false;
  return () => {
    const list = (process as { moduleLoadList?: readonly string[] }).moduleLoadList ?? [];
    if (list.length !== looked) isLoaded = list.includes("NativeModule internal/locks");
    looked = list.length;
    return isLoaded ? query() : [];
  };
}

async function query(): Promise<Leftover[]> {
  // In Node.js 24 and later; the types that we compile with lack it.
  const { locks } = navigator as unknown as { locks: { query(): Promise<{ held: { name: string }[] }> } };
  const { held } = await locks.query();
  return held.map(({ name }) => ({ kind: "lock", description: `the held lock ${name} of navigator.locks` }));
}
