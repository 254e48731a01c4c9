import { readFile } from "node:fs/promises";

/** The tokens of all runs, in order. */
export async function readLedger(path: string): Promise<string[]> {
  return (await readFile(path, "utf8")).split("\n").filter(Boolean);
}

export function findDoubled(tokens: readonly string[]): string[] {
  const seen = new Set<string>();
  return tokens.filter((token) => seen.size === seen.add(token).size);
}
