import ansiEscapes from "ansi-escapes";
import { createSupportsTerminalGraphics } from "supports-terminal-graphics";

/** Cells of a terminal's line. */
const width = 40;

/**
 * Returns a function that draws pictures on the terminal, by the protocol of iTerm2 or by kitty's, which takes PNG only.
 * `undefined` for any other terminal, and if the stream is not a terminal.
 */
export function drawPicture(image: Buffer, stream: NodeJS.WriteStream): string | undefined {
  const supports = createSupportsTerminalGraphics(stream);
  if (supports.iterm2) return ansiEscapes.image(image, { width });
  return supports.kitty && isPng(image) ? drawForKitty(image) : undefined;
}

/** Whether a terminal can draw pictures. */
export function canDraw(stream: NodeJS.WriteStream): boolean {
  const { iterm2, kitty } = createSupportsTerminalGraphics(stream);
  return iterm2 || kitty;
}

function isPng(image: Buffer): boolean {
  return image.subarray(0, 8).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
}

/** One transmission in chunks, by kitty's graphics protocol. `q=2` keeps its answers out of our input. */
function drawForKitty(image: Buffer): string {
  const chunks = image.toString("base64").match(/.{1,4096}/g) ?? [];
  return chunks
    .map((chunk, index) => {
      const first = index === 0 ? `a=T,f=100,c=${width},q=2,` : "";
      return `\x1b_G${first}m=${index < chunks.length - 1 ? 1 : 0};${chunk}\x1b\\`;
    })
    .join("");
}
