import { setTimeout as delay } from "node:timers/promises";
import type { TcpFaultProxy } from "@oomol/fault-proxy";
import type { ClusterSlots } from "./cluster-slots.ts";

export type FaultName =
  | "killApi"
  | "killWorker"
  | "freezeWorker"
  | "cutDatabase"
  | "silenceDatabase"
  | "rollApi"
  | "rollWorker";

interface Fault {
  /** For people, in a tally. */
  title: string;
  happen(place: { slots: ClusterSlots; proxy: TcpFaultProxy; random: () => number }): Promise<void>;
}

/** Longer than a worker may be silent. */
const frozenMs = 15_000;
/** As long as a firewall that has forgotten its connections, and longer than a worker may be silent. */
const silentMs = 25_000;

/** What may happen to a cluster. */
export const faults: Record<FaultName, Fault> = {
  killApi: {
    title: "API processes killed",
    happen: ({ slots, random }) => slots.replace("api", random()),
  },
  killWorker: {
    title: "workers killed",
    happen: ({ slots, random }) => slots.replace("worker", random()),
  },
  freezeWorker: {
    title: `workers frozen for ${frozenMs / 1_000} s`,
    happen: async ({ slots, random }) => slots.freeze(random(), frozenMs),
  },
  cutDatabase: {
    title: "times all connections to the database were cut",
    happen: async ({ proxy }) => proxy.cutAll(),
  },
  silenceDatabase: {
    title: `times all connections to the database were silent for ${silentMs / 1_000} s`,
    async happen({ proxy }) {
      proxy.silence();
      await delay(silentMs);
      proxy.endSilence();
    },
  },
  rollApi: {
    title: "API processes replaced by a rollout",
    happen: ({ slots, random }) => slots.roll("api", random()),
  },
  rollWorker: {
    title: "workers replaced by a rollout",
    happen: ({ slots, random }) => slots.roll("worker", random()),
  },
};
