export interface Transfer {
  seconds: number;
  /** Of this process's memory, at most. */
  growthBytes: number;
  /** Of all threads of this process. */
  cpuSeconds: number;
}

/** Times what moves at least so many bytes and resolves with their number, and watches the memory of this process. */
export async function timeTransfer(sizeBytes: number, move: () => Promise<number>): Promise<Transfer> {
  const startRss = process.memoryUsage.rss();
  let mostRss = startRss;
  const watch = setInterval(() => {
    mostRss = Math.max(mostRss, process.memoryUsage.rss());
  }, 10);
  const startedMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const movedBytes = await move();
  const seconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  clearInterval(watch);
  if (!(movedBytes >= sizeBytes)) throw new Error(`Only ${movedBytes} of ${sizeBytes} bytes arrived.`);
  return { seconds, growthBytes: mostRss - startRss, cpuSeconds: (user + system) / 1e6 };
}
