/** How many files of a task travel at once. */
const transfers = 4;

/**
 * Does the same with each item, a few at a time. Rejects with the first failure, once nothing is under way any more: what
 * follows may be the same again.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  run: (item: Item) => Promise<void>,
): Promise<void> {
  const remaining = items.values();
  let failure: { reason: unknown } | undefined;
  const work = async () => {
    for (const item of remaining) {
      if (failure) return;
      await run(item).catch((reason: unknown) => (failure ??= { reason }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(transfers, items.length) }, work));
  if (failure) throw failure.reason;
}
