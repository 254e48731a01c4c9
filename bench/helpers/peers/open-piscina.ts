import { Piscina } from "piscina";

/** The limit of what a pool without any queue can do: so many threads, each of which calls the file's default function. */
export function openPiscina(filename: string, threads: number) {
  const pool = new Piscina({ filename, minThreads: threads, maxThreads: threads });
  return {
    run: (data: object): Promise<unknown> => pool.run(data),
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}
