/**
 * The engine prints some of its errors as its language does, `Error { msg: "no such block", source: Some(…) }`: each becomes its
 * messages, from the outermost to the innermost. Other text stays as it is.
 */
export function printedErrors(text: string): string {
  let plain = "";
  let rest = text;
  for (;;) {
    const start = rest.search(/\bError \{ msg: "/);
    const end = start < 0 ? -1 : endOfBraces(rest, start);
    if (end < 0) return plain + rest;
    const messages = [...rest.slice(start, end).matchAll(/\b(?:msg|message): ("(?:[^"\\]|\\.)*")/gs)];
    plain += rest.slice(0, start) + messages.map(([, quoted = ""]) => unquoted(quoted)).join(": ");
    rest = rest.slice(end);
  }
}

/** Behind the brace that closes the first one; -1 if none does. */
function endOfBraces(text: string, start: number): number {
  let depth = 0;
  for (const { 0: token, index } of text.slice(start).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (token === "{") depth += 1;
    else if (token === "}") depth -= 1;
    if (token === "}" && depth === 0) return start + index + 1;
  }
  return -1;
}

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t", "0": "\0" };

function unquoted(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replaceAll(/\\(?:u\{([\da-fA-F]{1,6})\}|(.))/gs, (whole, code: string | undefined, one: string) => {
      if (code === undefined) return escapes[one] ?? one;
      const point = Number.parseInt(code, 16);
      return point <= 0x10_ff_ff ? String.fromCodePoint(point) : whole;
    });
}
