/**
 * Parses JSON; an integer whose digits would change comes as text (guide "Values"). Blocks in other languages give such numbers,
 * and the engine passes them on.
 */
export function parseExactly(json: string): unknown {
  // A function for each value takes many times as long as parsing.
  return /\d{16}/.test(json) ? JSON.parse(json, exactly as JsonReviver) : JSON.parse(json);
}

type JsonReviver = (key: string, value: unknown) => unknown;

/** The text of the number is the third argument of a reviver (ES2026). */
function exactly(_key: string, value: unknown, { source = "" }: { source?: string } = {}): unknown {
  if (typeof value !== "number" || !/^-?\d{16,}$/.test(source) || String(value) === source) return value;
  return Number.isFinite(value) && BigInt(source) === BigInt(value) ? value : source;
}
