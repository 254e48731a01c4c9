import type { Browser, Page } from "playwright-core";

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds of the thread's own time: what other programs take of the processor is not in it. */
  tdur?: number;
  args?: { name?: string };
}

/** In milliseconds, what the longest task of any page takes while something is done in this one. */
export async function longestTask(
  browser: Browser,
  page: Page,
  act: () => Promise<unknown>,
): Promise<number> {
  await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
  let trace: Buffer | undefined;
  try {
    await act();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const mainThreads = new Set(
    traceEvents.filter(({ args }) => args?.name === "CrRendererMain").map((event) => threadOf(event)),
  );
  const tasks = traceEvents.filter(
    (event) => event.name === "ThreadControllerImpl::RunTask" && mainThreads.has(threadOf(event)),
  );
  const durations = tasks.map(({ tdur = 0 }) => tdur / 1_000);
  if (durations.length === 0) throw new Error("The trace names no task of a page.");
  return Math.max(...durations);
}
