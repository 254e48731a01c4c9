/**
 * The engine's errors as sentences: it prints some as its language does, `Error { msg: "no such block", source: Some(…) }`, which
 * becomes the messages, from the outermost to the innermost. That an executor was late is said with what to do.
 */
export function plainWords(text: string): string {
  return printedErrors(text).replace(lateExecutor, explainLate);
}

const lateExecutor =
  /Executor ([\w.-]+)-executor identifier Some\("[^"]*"\) for package .+? timeout after (\d+)s/g;

function explainLate(_whole: string, executor: string, seconds: string): string {
  return `The executor "${executor}" was not ready within ${seconds} s. The engine of flows allows no more: --executor-ready-timeout-ms counts for blocks that are run by themselves only. If the machine was busy, let fewer tasks run at once (--concurrency).`;
}

function printedErrors(text: string): string {
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
