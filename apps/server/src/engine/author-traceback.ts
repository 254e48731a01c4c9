const beginning = "Traceback (most recent call last):\n";
/** A frame with the lines of code below it. */
const frames = / {2}File "([^"\n]*)", line \d+, in .*\n(?: {4}.*\n)*(?: {2}\[Previous line repeated .*\n)?/g;
/** The executor, the package of its Context, and what Python itself imports a module with. */
const hidden =
  /[\\/]python_executor[\\/][^\\/]+\.py$|[\\/]oocana[\\/][^\\/]+\.py$|^<frozen (importlib|runpy)/;

/**
 * The failure of a Python block with the frames of the block and of its libraries alone, as those of JavaScript blocks are
 * told. Any other text, and a traceback that has no frame of the block, unchanged.
 */
export function authorTraceback(text: string): string {
  if (!text.includes(beginning)) return text;
  const own = text.replaceAll(frames, (frame, file: string) => (hidden.test(file) ? "" : frame));
  return own.includes('  File "') ? own : text;
}
