/** Items that are handed over together, soon. */
export interface Batch<Item> {
  add(...items: Item[]): void;
  flush(): void;
}

/** Creates a batch that is handed over when the code that adds to it is done. */
export function createBatch<Item>(handOver: (items: Item[]) => void): Batch<Item> {
  let items: Item[] = [];
  const flush = () => {
    if (items.length === 0) return;
    const full = items;
    items = [];
    handOver(full);
  };
  return {
    add(...added) {
      // After the whole read of a socket, which contains many messages.
      if (items.length === 0) setImmediate(flush);
      items.push(...added);
    },
    flush,
  };
}
