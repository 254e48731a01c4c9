/** Milliseconds that this process has computed since: what others do on the machine does not count, as it does by the clock on the wall. */
export function startCpuClock(): () => number {
  const from = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1000;
  };
}
