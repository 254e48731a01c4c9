import type { OutputSource } from "./output-source.ts";

/** Zips sources: one array as soon as each has a value waiting, first in, first out. */
export function joinOutputs(...sources: OutputSource[]): OutputSource<unknown[]> {
  return (listener) => {
    const queues = sources.map((): unknown[] => []);
    const ends = sources.map((subscribe, index) =>
      subscribe((value) => {
        queues[index]?.push(value);
        if (queues.every((queue) => queue.length > 0)) listener(queues.map((queue) => queue.shift()));
      }),
    );
    return () => {
      for (const end of ends) end();
    };
  };
}
