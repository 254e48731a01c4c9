const beginning = "Traceback (most recent call last):\n";
/** A frame with the lines of code below it. */
const frames = / {2}File "([^"\n]*)", line \d+, in .*\n(?: {4}.*\n)*(?: {2}\[Previous line repeated .*\n)?/g;
/** Python itself, which imports the block by it. */
const imports = /^<frozen (importlib|runpy)/;
/** The folder that the executor and the package of its Context are installed in, together. */
const installed = / {2}File "([^"\n]*[\\/])python_executor[\\/][^"\n]*\.py", line \d+, in /;
const ofExecutor = /^(python_executor|oocana)[\\/]/;

/**
 * The failure of a Python block with the frames of the block and of its libraries alone, as those of JavaScript blocks are
 * told. Any other text, and a traceback that has no frame of the block, unchanged; so is one in which the executor does not appear:
 * it is somebody else's.
 */
export function authorTraceback(text: string): string {
  const folder = text.includes(beginning) ? installed.exec(text)?.[1] : undefined;
  if (folder === undefined) return text;
  const isHidden = (file: string) =>
    imports.test(file) || (file.startsWith(folder) && ofExecutor.test(file.slice(folder.length)));
  const own = text.replaceAll(frames, (frame, file: string) => (isHidden(file) ? "" : frame));
  return own.includes('  File "') ? own : text;
}
