const parentCheckMs = 1000;
const brokerLossMs = 10_000;

/**
 * Notices that the engine is gone without notice (oocana-protocol 1.5): another parent, or no broker for ten seconds. For a global
 * service only the broker counts.
 */
export function watchEngine(onGone: (reason: string) => void, outlivesParent: boolean) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent && !outlivesParent) onGone("the engine has ended");
  }, parentCheckMs);
  timer.unref();

  let lossTimer: NodeJS.Timeout | undefined;
  return {
    connectionChanged(isConnected: boolean): void {
      if (isConnected) {
        clearTimeout(lossTimer);
        lossTimer = undefined;
      }
      // Each failed attempt to reconnect reports a loss again.
      else lossTimer ??= setTimeout(() => onGone("the broker has gone"), brokerLossMs);
    },
    stop(): void {
      clearInterval(timer);
      clearTimeout(lossTimer);
    },
  };
}
