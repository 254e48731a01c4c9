import { setTimeout as delay } from "node:timers/promises";
import type { ClusterSlots } from "./cluster-slots.ts";
import type { FailingDatabase } from "./open-failing-database.ts";
import type { FailingStorage } from "./open-failing-storage.ts";

export type FaultName =
  | "killApi"
  | "killWorker"
  | "freezeWorker"
  | "cutDatabase"
  | "silenceDatabase"
  | "failOver"
  | "restartPool"
  | "muteStorage"
  | "failStorage"
  | "rollApi"
  | "rollWorker";

/** What faults happen to. */
export interface FaultPlace {
  slots: ClusterSlots;
  database: FailingDatabase;
  storage: FailingStorage;
  random: () => number;
}

interface Fault {
  /** For people, in a tally. */
  title: string;
  happen(place: FaultPlace): Promise<void>;
}

/** Longer than a worker may be silent. */
const frozenMs = 15_000;
/** As long as a firewall that has forgotten its connections, and longer than a worker may be silent. */
const silentMs = 25_000;
/** Longer than a request to the storage may stand still. */
const muteMs = 25_000;
const failingMs = 15_000;

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
    happen: async ({ database }) => database.proxy.cutAll(),
  },
  silenceDatabase: {
    title: `times all connections to the database were silent for ${silentMs / 1_000} s`,
    async happen({ database: { proxy } }) {
      proxy.silence();
      await delay(silentMs);
      proxy.endSilence();
    },
  },
  failOver: {
    title: "primaries killed, and their replicas promoted",
    happen: ({ database }) => database.failOver(),
  },
  restartPool: {
    title: "times pgbouncer was killed and started again",
    happen: ({ database }) => database.restartPool(),
  },
  muteStorage: {
    title: `times the file storage answered nothing for ${muteMs / 1_000} s`,
    happen: async ({ storage }) => storage.fail("mute", muteMs),
  },
  failStorage: {
    title: `times the file storage answered 503 for ${failingMs / 1_000} s`,
    happen: async ({ storage }) => storage.fail(503, failingMs),
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
