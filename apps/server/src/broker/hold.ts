/** Pauses a stream until each promise that it was given has settled. */
export function createHold(stream: { pause(): unknown; resume(): unknown }): (until: Promise<void>) => void {
  const holding = new Set<Promise<void>>();
  return (until) => {
    if (holding.has(until)) return;
    if (holding.size === 0) stream.pause();
    holding.add(until);
    void until.then(() => {
      holding.delete(until);
      if (holding.size === 0) stream.resume();
    });
  };
}
