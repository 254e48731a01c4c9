/** The folder of this package's own code: of its sources, or of its build, which is one folder. */
const ownFolder = new URL(import.meta.url.endsWith(".ts") ? "../" : "./", import.meta.url).href;
const ownPath = decodeURIComponent(new URL(ownFolder).pathname);

const frame = /^\s+at .+/;
const place = /\(?((?:file:\/\/)?[^()\s][^()]*?):(\d+)(?::(\d+))?\)?$/;

/** A stack without the frames of this package and of the runtime, which tell the author of a block nothing. */
export function splitStack(stack: string): { text: string; frames: string[] } {
  const lines = stack.split("\n");
  const first = lines.findIndex((line) => frame.test(line));
  if (first < 0) return { text: stack, frames: [] };
  const frames = lines.slice(first).filter((line) => frame.test(line) && !isHidden(line));
  return { text: lines.slice(0, first).join("\n"), frames };
}

/** Names the author's line behind the message, since many show no more than that. */
export function withLine(text: string, frames: readonly string[]): string {
  const own = frames.find((line) => !/[\\/]node_modules[\\/]/.test(line)) ?? frames[0];
  const found = own === undefined ? null : place.exec(own.trim());
  if (found === null) return text;
  const [, file = "", line] = found;
  const name = file.split(/[\\/]/).at(-1) ?? file;
  return text.includes(`${name}:${line}`) ? text : `${text} (${name}:${line})`;
}

function isHidden(line: string): boolean {
  return (
    /[( ]node:/.test(line) ||
    line.includes(ownFolder) ||
    line.includes(ownPath) ||
    /\(native\)|<anonymous>\)?$/.test(line)
  );
}
