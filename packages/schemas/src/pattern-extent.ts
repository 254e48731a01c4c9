import type { PatternPart } from "./pattern-parts.ts";

/** What a part of a pattern takes if every repetition is written out. */
export interface PatternExtent {
  size: number;
  /** How often the innermost of the repetitions within each other is asked for. */
  count: number;
  depth: number;
}

/** What a regular expression comes to, which engines that take linear time bound. */
export function patternExtent(parts: readonly PatternPart[]): PatternExtent {
  const around: PatternExtent[][] = [];
  let items: PatternExtent[] = [];
  for (const { text, isInClass } of parts) {
    const last = items.at(-1);
    const times = isInClass ? undefined : timesOf(text);
    if (isInClass && last) {
      last.size += 1;
    } else if (times !== undefined && last) {
      last.size *= Math.max(1, times);
      last.count *= Math.max(1, times);
    } else if (text.startsWith("(")) {
      around.push(items);
      items = [];
    } else if (text === ")") {
      const group = joined(items);
      items = around.pop() ?? [];
      items.push({ ...group, depth: group.depth + 1 });
    } else if (text !== "]") {
      items.push({ size: 1, count: 1, depth: 0 });
    }
  }
  return joined(items);
}

/** Of `{n,}` the last one is repeated without end, as by a star. */
function timesOf(text: string): number | undefined {
  const [, least, most] = /^\{(\d+)(?:,(\d*))?\}/u.exec(text) ?? [];
  if (least === undefined) return undefined;
  return most === "" ? Math.max(1, Number(least)) : Number(most ?? least);
}

function joined(items: readonly PatternExtent[]): PatternExtent {
  const largest = (of: (item: PatternExtent) => number) =>
    items.reduce((most, item) => Math.max(most, of(item)), 0);
  return {
    size: items.reduce((sum, { size }) => sum + size, 1),
    count: largest(({ count }) => count) || 1,
    depth: largest(({ depth }) => depth),
  };
}
