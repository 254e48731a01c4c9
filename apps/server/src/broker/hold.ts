/** Pauses a stream until a promise settles, and the one that was given last at that. */
export function createHold(stream: { pause(): unknown; resume(): unknown }): (until: Promise<void>) => void {
  let current: Promise<void> | undefined;
  return (until) => {
    if (current === until) return;
    if (current === undefined) stream.pause();
    current = until;
    void until.then(() => {
      if (current !== until) return;
      current = undefined;
      stream.resume();
    });
  };
}
