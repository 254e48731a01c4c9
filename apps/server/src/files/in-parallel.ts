/** How many files of a task travel at once. */
const transfers = 4;

/** Does the same with each item, a few at a time; rejects with the first failure. */
export async function inParallel<Item>(
  items: readonly Item[],
  run: (item: Item) => Promise<void>,
): Promise<void> {
  const remaining = items.values();
  const work = async () => {
    for (const item of remaining) await run(item);
  };
  await Promise.all(Array.from({ length: transfers }, work));
}
