/** Turns bytes done into a share of all, 0 to 100. */
export function progressByBytes(
  totalBytes: number,
  report: (percent: number) => unknown,
): (bytes: number) => void {
  let doneBytes = 0;
  return (bytes) => {
    doneBytes += bytes;
    void report((doneBytes / totalBytes) * 100);
  };
}
