import type { Context } from "@oomol/scriptlet";

interface Inputs {
  text: string;
  most: number;
}

interface Outputs {
  count: number;
  frequent: Record<string, number>;
}

export default async function countWords(
  { text, most }: Inputs,
  context: Context<Inputs, Outputs>,
): Promise<Outputs> {
  const counts = new Map<string, number>();
  let count = 0;
  for (const { segment, isWordLike, index } of new Intl.Segmenter(undefined, { granularity: "word" }).segment(
    text,
  )) {
    if (!isWordLike) continue;
    count += 1;
    const word = segment.toLowerCase();
    counts.set(word, (counts.get(word) ?? 0) + 1);
    // Messages are few: the executor sends the newest progress several times a second.
    context.reportProgress((100 * index) / text.length);
  }
  const rows = [...counts].sort(([, one], [, other]) => other - one).slice(0, most);
  await context.preview({ type: "table", data: { columns: ["word", "count"], rows } });
  console.log(`${count} words, ${counts.size} different ones`);
  return { count, frequent: Object.fromEntries(rows) };
}
