import { setTimeout as delay } from "node:timers/promises";

export interface WaitProbe {
  /** The longest wait for an answer, refusals of connections included, by what was asked for. */
  longestMs: Record<string, number>;
  /** Ends it; resolves to what was answered too late, in words. */
  close(): Promise<string[]>;
}

/** How long somebody without patience of his own may wait for any answer, on a machine that has much else to do. */
const boundsMs = { readiness: 15_000, database: 30_000, storage: 90_000 };
const pauseMs = 500;
/** Characters of an answer that came too late. */
const mostShown = 200;
/** Longer than any bound. */
const givenUpMs = 120_000;

/** Asks each API process again and again, without retries, whatever happens to it; also for the file of a task, by its path. */
export function probeWaits(urls: readonly string[], filePath: string): WaitProbe {
  const requests: readonly (readonly [what: string, path: string, boundMs: number])[] = [
    ["/readyz", "/readyz", boundsMs.readiness],
    ["a task", "/v1/tasks/no-such-task", boundsMs.database],
    ["a list of tasks", "/v1/tasks?limit=1", boundsMs.database],
    ["the blocks", "/v1/blocks", boundsMs.database],
    ["a file", filePath, boundsMs.storage],
  ];
  const longestMs: Record<string, number> = {};
  const late: string[] = [];
  const closing = new AbortController();
  const ask = async (url: string, what: string, path: string, boundMs: number) => {
    while (!closing.signal.aborted) {
      const startedMs = performance.now();
      const answer = await answerOf(url + path);
      const tookMs = performance.now() - startedMs;
      longestMs[what] = Math.max(longestMs[what] ?? 0, tookMs);
      if (tookMs > boundMs) late.push(`${what} was answered after ${Math.round(tookMs)} ms: ${answer}`);
      await delay(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  };
  const asking = urls.flatMap((url) => requests.map((request) => ask(url, ...request)));
  return {
    longestMs,
    async close() {
      closing.abort();
      await Promise.all(asking);
      return late;
    },
  };
}

async function answerOf(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(givenUpMs) });
    return `${response.status} ${(await response.text()).slice(0, mostShown)}`;
  } catch (error) {
    return String(error); // of a process that is replaced
  }
}
