import { setImmediate, setTimeout } from "node:timers";
import { addBuiltIns } from "./built-ins.ts";
import { loadBuiltinModules, watchBuiltinModules } from "./builtin-modules.ts";
import { watchHeldLocks } from "./held-locks.ts";
import { watchIdleConnections } from "./idle-connections.ts";
import { isLazyGlobal } from "./lazy-globals.ts";
import type { Leftover } from "./leftover.ts";
import { createLooks, type Look } from "./looks.ts";
import { watchOpenFiles } from "./open-files.ts";
import { watchProcessState } from "./process-state.ts";
import { watchStrayProcesses } from "./stray-processes.ts";
import { type ChangedProperty, watchObjects } from "./watch-objects.ts";
import { watchResources } from "./watch-resources.ts";

export interface ProcessWatch {
  /** Before a job. */
  begin(): void;
  /**
   * After the job's end: what it left behind; empty if nothing. Waits up to `graceMs` for resources that are about to go, such
   * as a connection that is being closed. A process that has left something once stays unclean.
   */
  check(options: { graceMs: number }): Promise<Leftover[]>;
  /** Notes something that was detected elsewhere, such as a rejection after the job's end. */
  note(leftover: Leftover): void;
  /** Runs the executor's own work while a job runs: its timers and other resources do not count. */
  asOwn<Result>(work: () => Result): Result;
}

/** A closed connection is usually gone after two turns of the event loop. */
const turns = 3;
/**
 * After a pause the system likes to wake the server on the processor of the process that wrote to it, and there it would wait for a
 * whole look, with the answer. Whoever rests is woken elsewhere.
 */
const restMs = 1;
/** Open files and other processes do not report their end, so poll them. */
const pollMs = 5;
/** A report of a thousand timers need not list each. */
const maxLeftovers = 20;

/**
 * Detects whether a job has left anything in this process. Create it while the executor is idle, before code of any block is
 * loaded: everything that exists by then is the executor's own.
 *
 * A promise that nothing settles is not looked for. Only something that is still at work could settle it, and that counts;
 * or a later job of the same package, through the package's own module state, which may persist. What then goes on belongs to
 * a job whose channel is closed (job-channel.ts), and what it starts is seen as late. Nor can subscribers of
 * `diagnostics_channel`, hooks of `node:async_hooks` and callbacks of a `FinalizationRegistry` be seen, which are module
 * state too.
 */
export function createProcessWatch(): ProcessWatch {
  loadBuiltinModules();
  const objects = watchObjects();
  addBuiltIns(objects);
  const changedModules = watchBuiltinModules(objects);
  const connections = watchIdleConnections();
  const state = watchProcessState();
  const strays = watchStrayProcesses();
  const openFiles = watchOpenFiles();
  const heldLocks = watchHeldLocks();
  const resources = watchResources();
  const nextLook = createLooks();
  const remembered: Leftover[] = [];

  return {
    begin() {
      connections.begin();
      resources.begin();
    },
    async check({ graceMs }) {
      resources.clearAbortTimers();
      await turn();
      const look = nextLook();
      if (look === "whole") await turn(restMs);
      // Before all else, which is built on them.
      const changed = changedBuiltIns(look);
      if (changed.length > 0) return unclean([...remembered, ...changed]);
      const early = [...(await changedModules()), ...(await heldLocks())];
      const { left, hasWaited } = await gone(graceMs, look);
      const late = hasWaited ? changedBuiltIns(look) : [];
      const found = [...remembered, ...early, ...left, ...late, ...state()];
      if (found.length > 0) return unclean(found);
      forgetTimings();
      resources.end();
      return [];
    },
    note: (leftover) => void remembered.push(leftover),
    asOwn: resources.asOwn,
  };

  function changedBuiltIns(look: Look): Leftover[] {
    const changes = objects.changes(look).filter((change) => !isLazyGlobal(change, objects));
    return changes.slice(0, maxLeftovers).map(describe);
  }

  /** Waits until nothing is at work any more, and lists what remains after the grace period. */
  async function gone(graceMs: number, look: Look): Promise<{ left: Leftover[]; hasWaited: boolean }> {
    const deadline = performance.now() + graceMs;
    for (let round = 0; ; round += 1) {
      const left = [...resources.leftovers(maxLeftovers), ...openFiles(look), ...strays()];
      const isOver = left.length === 0 || resources.isLate || performance.now() >= deadline;
      if (isOver) return { left, hasWaited: round > 0 };
      // Each time: `fetch` may replace a connection that an aborted request has ended.
      connections.close();
      await turn(round < turns ? undefined : pollMs);
    }
  }

  function turn(ms?: number): Promise<void> {
    return resources.asOwn(
      () => new Promise((resolve) => (ms === undefined ? setImmediate(resolve) : setTimeout(resolve, ms))),
    );
  }

  /** The process stays unclean. */
  function unclean(found: Leftover[]): Leftover[] {
    const unique = new Map(found.map((one) => [`${one.kind} ${one.description}`, one]));
    remembered.splice(0, Number.POSITIVE_INFINITY, ...[...unique.values()].slice(0, maxLeftovers));
    return [...remembered];
  }
}

function describe({ name, object, key, before, now }: ChangedProperty): Leftover {
  const kind = kindOf(name, object);
  if (key === undefined) {
    const what = Object.isExtensible(object) ? "another prototype of" : "no new properties for";
    return { kind, description: `${what} ${name}` };
  }
  const how = before === undefined ? "a new" : now === undefined ? "no" : "a changed";
  return { kind, description: `${how} ${String(key)} of ${name}` };
}

function kindOf(name: string, object: object): Leftover["kind"] {
  if (object === globalThis) return "global";
  if (object === process) return "process";
  return name.startsWith("module ") ? "module" : "builtin";
}

/** The runtime's list of requests and marks, which the next job would read. */
function forgetTimings(): void {
  performance.clearResourceTimings();
  performance.clearMarks();
  performance.clearMeasures();
}
