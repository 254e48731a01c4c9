import { ownResidentBytes } from "../../src/processes/process-tree.ts";
import type { SlotKind } from "./cluster-slots.ts";

export interface MemoryWatch {
  /** The least and the most that a process of the kind held at any look, and how much one has grown, in MiB. */
  close(): Record<SlotKind, { least: number; most: number; mostGrown: number }>;
}

const lookMs = 2_000;
/** A process that has just started is not complete yet. */
const settledLooks = 5;
const mib = 2 ** 20;

/** Looks every now and then at the memory of the processes that run. */
export function watchMemory(pids: () => Record<SlotKind, number[]>): MemoryWatch {
  const seen: Record<SlotKind, Map<number, number[]>> = { api: new Map(), worker: new Map() };
  const look = () => {
    for (const [kind, running] of Object.entries(pids()) as [SlotKind, number[]][]) {
      for (const pid of running) {
        const bytes = ownResidentBytes(pid);
        if (bytes > 0) seen[kind].set(pid, [...(seen[kind].get(pid) ?? []), bytes]);
      }
    }
  };
  const timer = setInterval(look, lookMs);
  const sum = (kind: SlotKind) => {
    const settled = [...seen[kind].values()]
      .map((looks) => looks.slice(settledLooks))
      .filter((looks) => looks.length > 0);
    const all = settled.flat();
    const grown = settled.map((looks) => (looks.at(-1) ?? 0) - (looks[0] ?? 0));
    const inMib = (bytes: number) => Math.round(bytes / mib);
    return {
      least: inMib(Math.min(...all)),
      most: inMib(Math.max(...all)),
      mostGrown: inMib(Math.max(...grown)),
    };
  };
  return {
    close() {
      clearInterval(timer);
      return { api: sum("api"), worker: sum("worker") };
    },
  };
}
