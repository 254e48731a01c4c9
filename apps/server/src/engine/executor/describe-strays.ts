import type { FoundProcess } from "../../processes/marked-processes.ts";

/** What is said in the logs of a task about processes that it has left. */
export function describeStrays(strays: readonly FoundProcess[]): string {
  const shown = strays.slice(0, mostShown).map(({ pid, name }) => `${name} (${pid})`);
  const more = strays.length > mostShown ? ` and ${strays.length - mostShown} more` : "";
  return `The task left processes behind that had left its process tree, and they were ended: ${shown.join(", ")}${more}.`;
}

const mostShown = 10;
