/** One measurement: a table with its baseline in the same run. */
export interface Measurement {
  title: string;
  /** What the numbers mean, and what to compare. */
  note: string;
  columns: string[];
  rows: (string | number)[][];
  /** What grows with what, drawn beside the table. */
  plots?: Plot[];
}

export interface Plot {
  /** Also the name of its file, so letters, digits and hyphens. */
  name: string;
  xLabel: string;
  yLabel: string;
  /** Equal steps for equal factors, for what is measured at 1, 10, 100. */
  isLogX?: boolean;
  series: { name: string; points: (readonly [x: number, y: number])[] }[];
}

/** What the module of a bench exports; `bench/README.md` says the rest. */
export type Measure = () => Promise<Measurement>;

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value below which a share lies: 0.99 for the 99th percentile. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/** "12.3 (11.8–14)": the median, and the least and the most. */
export function medianAndSpread(values: readonly number[], digits = 2): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${round(median(values), digits)} (${round(least, digits)}–${round(most, digits)})`;
}

/** How many times the baseline, round by round: what the machine did meanwhile struck both of a pair. */
export function ratios(own: readonly number[], baseline: readonly number[]): number[] {
  return own.map((value, index) => value / (baseline[index] ?? Number.NaN));
}

/**
 * Runs the contenders in turns, so that a busy minute of the machine strikes all of them. Each gives its own number,
 * such as milliseconds; those of the first `warmUps` rounds are thrown away.
 */
export async function inTurns<Name extends string>(
  contenders: Record<Name, () => Promise<number>>,
  { rounds, warmUps = 1 }: { rounds: number; warmUps?: number },
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contenders) as Name[];
  const seen = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let turn = 0; turn < warmUps + rounds; turn += 1) {
    for (const name of names) {
      const value = await contenders[name]();
      if (turn >= warmUps) seen[name].push(value);
    }
  }
  return seen;
}
