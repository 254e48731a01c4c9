/** Where the output pipes and the channel of one process meet (see `fenceText` of the channel). */
export interface OutputFences {
  /** One of the three has come to a fence: what to wait for before more of it is used; nothing if all are there. */
  arrive(fence: number): Promise<void> | undefined;
}

/** The pipes and the channel. */
const parties = 3;
/** A process may have closed one of them. */
const patienceMs = 1_000;
/** A block may write what looks like fences. */
const mostOpen = 16;

export function createOutputFences(): OutputFences {
  const open = new Map<number, { missing: number; passed: Promise<void>; pass(): void }>();
  let lastPassed = 0;

  const openFence = (fence: number) => {
    let resolve = () => {};
    const passed = new Promise<void>((settle) => (resolve = settle));
    const pass = () => {
      clearTimeout(timer);
      open.delete(fence);
      lastPassed = Math.max(lastPassed, fence);
      resolve();
    };
    const timer = setTimeout(pass, patienceMs).unref();
    const opened = { missing: parties, passed, pass };
    open.set(fence, opened);
    return opened;
  };

  return {
    arrive(fence) {
      // A block may say any number in the channel: behind infinity no other fence would count.
      if (!Number.isSafeInteger(fence) || fence <= lastPassed) return undefined;
      if (!open.has(fence) && open.size >= mostOpen) return undefined;
      const found = open.get(fence) ?? openFence(fence);
      found.missing -= 1;
      if (found.missing > 0) return found.passed;
      found.pass();
      return undefined;
    },
  };
}
