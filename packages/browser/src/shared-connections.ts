/** Over HTTP/1.1 a browser opens six connections to a server, for all of its tabs together; two stay free for what is short. */
const mostHeld = 4;
/** Without Web Locks, which only secure pages have, tabs do not know of each other. */
const mostHeldAlone = 2;
/** Over HTTP/2 all tabs share a connection, which carries a hundred requests or more at once. */
const mostHeldMultiplexed = 24;

/** Connections of this tab that are busy and not under a lock, by origin. */
const heldHere = new Map<string, number>();

/**
 * Takes a connection to the server at `baseUrl` for an answer that stays open. Resolves to what gives it back, or to nothing if
 * the others are needed for requests of this tab or another: the caller polls instead.
 */
export async function shareHeld(baseUrl: string): Promise<(() => void) | undefined> {
  const { origin } = new URL(baseUrl, location.href);
  if (isMultiplexed(origin)) return holdHere(origin, mostHeldMultiplexed);
  // Absent in pages that are not secure, whatever the types say.
  const locks: LockManager | undefined = navigator.locks;
  if (!locks) return holdHere(origin, mostHeldAlone);
  for (let place = 1; place <= mostHeld; place += 1) {
    const giveBack = await tryLock(locks, `oomol-connect ${origin} ${place}`);
    if (giveBack) return giveBack;
  }
  return undefined;
}

function holdHere(origin: string, most: number): (() => void) | undefined {
  const held = heldHere.get(origin) ?? 0;
  if (held >= most) return undefined;
  heldHere.set(origin, held + 1);
  return () => void heldHere.set(origin, (heldHere.get(origin) ?? 1) - 1);
}

/** The browser gives a lock back by itself if its tab goes. */
function tryLock(locks: LockManager, name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null) =>
      lock ? new Promise<void>((giveBack) => resolve(giveBack)) : resolve(undefined);
    locks.request(name, { ifAvailable: true }, hold).catch(reject);
  });
}

/** Whether an answer of this server came over HTTP/2 or later; another origin must allow that to be seen. */
function isMultiplexed(origin: string): boolean {
  const seen = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
  return seen.some(
    (entry) =>
      entry instanceof PerformanceResourceTiming &&
      /^h[23]/.test(entry.nextHopProtocol) &&
      entry.name.startsWith(`${origin}/`),
  );
}
