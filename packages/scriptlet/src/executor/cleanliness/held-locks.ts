import type { Leftover } from "./leftover.ts";

/**
 * Locks of `navigator.locks` that are held, for which no resource stands. They are asked for where the module behind them
 * is loaded; without `process.moduleLoadList`, which is not documented, never.
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
  // In Node.js 24 and later, which the types that we compile with do not tell.
  const { locks } = navigator as unknown as { locks: { query(): Promise<{ held: { name: string }[] }> } };
  const { held } = await locks.query();
  return held.map(({ name }) => ({ kind: "lock", description: `the held lock ${name} of navigator.locks` }));
}
