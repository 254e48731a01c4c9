/** How long ago or how long something takes, in its largest unit: `12 sec`, `3 min`, `2 hr`, `4 days`, or as a language writes it. */
export function formatAge(ms: number, language: string): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [unit = "second", length = 1] = units.findLast(([, length]) => seconds >= length) ?? [];
  const format = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" });
  return format.format(Math.floor(seconds / length));
}

const units: readonly [unit: string, seconds: number][] = [
  ["second", 1],
  ["minute", 60],
  ["hour", 3_600],
  ["day", 86_400],
];
