import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { TraceContext } from "@oomol/connect-shared/trace-context";
import { answeredWithin } from "../../answered-within.ts";
import type { Metrics } from "../../metrics.ts";
import { onceATurn } from "../../packages/once-a-turn.ts";
import { createPackageStamps } from "../../packages/package-stamp.ts";
import type { InstalledBlock } from "../../packages/read-package.ts";
import { messageOf } from "../../values.ts";
import type { ExecutorSettings } from "../executor/executor-settings.ts";
import { openPlace, type SessionPlace } from "../executor/session-place.ts";
import {
  type Executor,
  type ExecutorLaunch,
  type ExecutorScope,
  startExecutor,
} from "../executor/start-executor.ts";
import { createPythonHosts } from "../python/create-python-hosts.ts";
import { rehearse } from "./rehearse.ts";
import type { WarmOptions } from "./warm-options.ts";

/** Executor processes from their start to their end; those that stand by wait here for a session. */
export interface ExecutorPool {
  /**
   * An executor that serves one session alone until it is released: one that stands by for the caller's package, or a new
   * one. `place` is the session's, if there is one already. Rejects if there is no such program.
   */
  acquire(wanted: Wanted, place?: SessionPlace): Promise<Executor>;
  /**
   * The session of the executor is about to be over: whoever wants one of its kind waits for it. False if it serves no other
   * session.
   */
  expect(executor: Executor): boolean;
  /** The session is over. The executor is kept for the next one of the same caller and package, or leaves. */
  release(executor: Executor, how: "ended" | "broken"): Promise<void>;
  /** Starts a process ahead, in the background, unless one stands by already. */
  prepare(wanted: Wanted, block: InstalledBlock): void;
  /** Ends them all; none is started any more. */
  close(): Promise<void>;
}

/** Two callers never share a process, nor do two packages. */
export interface Wanted extends ExecutorScope {
  caller: string;
  /** The folder of the task's uploads, if a confined executor must be let into it. */
  uploads?: string | undefined;
  /** Where in a trace the session is. Executors that are not ours learn of it when they start, and at no other time. */
  trace?: TraceContext | undefined;
}

export interface ExecutorPoolOptions extends ExecutorSettings, WarmOptions {
  metrics: Pick<Metrics, "executorStarted" | "executorTaken" | "executorRetired" | "watchExecutors">;
}

/** A process of the pool, in a session or standing by. */
interface Pooled {
  readonly executor: Executor;
  readonly key: string;
  readonly stamp: string | undefined;
  readonly startedAtMs: number;
  sessions: number;
  residentBytes: number;
  /** When it first stood by. */
  firstResidentBytes: number | undefined;
  idleTimer: NodeJS.Timeout | undefined;
  /** A session has it, or is about to. */
  isServing: boolean;
  /** Called when it has come back, or will not. */
  settleReturn: (() => void) | undefined;
  isLeaving: boolean;
}

/** A process that is being made to stand by. */
interface Preparation {
  prepared: Promise<void>;
  /** Cuts short what is done ahead: somebody waits. */
  hurry: AbortController;
}

/** An executor that does not answer in that time has something left to do. */
const answerMs = 1_000;
/** The engine leaves executors at least 600 ms to flush. */
const goodbyeMs = 1_000;

export function createExecutorPool(options: ExecutorPoolOptions): ExecutorPool {
  const { metrics, log } = options;
  const isReusing = options.isolation === "caller" && options.spareExecutors > 0;
  const maxStanding = isReusing
    ? Math.max(options.spareExecutors, options.concurrency)
    : options.spareExecutors;
  const pooled = new Map<Executor, Pooled>();
  const standing = new Set<Pooled>(); // used least recently first
  const returning = new Map<string, Promise<void>[]>();
  const preparing = new Map<string, Preparation>();
  const leaving = new Set<Promise<void>>();
  const hosts = isReusing && process.platform === "linux" ? createPythonHosts(options) : undefined;
  let isClosed = false;

  const stampOf = onceATurn(createPackageStamps());
  const newPlace = ({ packageDirectory, uploads }: Wanted) => openPlace(options, packageDirectory, uploads);

  const start = async (wanted: Wanted, place: SessionPlace, purpose: "task" | "spare"): Promise<Pooled> => {
    const stamp = await stampOf(wanted.packageDirectory);
    const fork = (launch: ExecutorLaunch) =>
      hosts?.fork({ ...launch, ...wanted, key: keyOf(wanted), stamp, entry: entryOf(wanted) });
    const executor = await startExecutor(options, place, wanted, {
      isReusable: isReusing,
      trace: wanted.trace,
      fork: wanted.executorName === "python" ? fork : undefined,
    });
    metrics.executorStarted(purpose);
    const one: Pooled = {
      executor,
      stamp,
      key: keyOf(wanted),
      startedAtMs: performance.now(),
      sessions: 0,
      residentBytes: 0,
      firstResidentBytes: undefined,
      idleTimer: undefined,
      isServing: purpose === "task",
      settleReturn: undefined,
      isLeaving: false,
    };
    pooled.set(executor, one);
    void executor.exited.then(() => {
      pooled.delete(executor);
      forget(one);
    });
    return one;
  };

  /** It stands by no longer. */
  const forget = (one: Pooled) => {
    clearTimeout(one.idleTimer);
    standing.delete(one);
  };

  const standBy = (one: Pooled) => {
    if (isClosed) return retire(one, "closing");
    one.isServing = false;
    one.firstResidentBytes ??= one.residentBytes;
    one.idleTimer = setTimeout(() => retire(one, "idle"), options.spareIdleMs).unref();
    standing.add(one);
    const heldBytes = () => [...standing].reduce((sum, { residentBytes }) => sum + residentBytes, 0);
    for (const oldest of standing) {
      if (standing.size > maxStanding) retire(oldest, "count");
      else if (standing.size > 1 && heldBytes() > options.warmMemoryBytes) retire(oldest, "memory");
    }
  };

  const retire = (one: Pooled, reason: string) => {
    const { executor, sessions } = one;
    forget(one);
    one.isLeaving = true;
    metrics.executorRetired(reason);
    log.debug({ processId: executor.process.pid, reason }, "an executor leaves");
    const gone = leave(executor, sessions)
      .catch((error: unknown) => log.warn({ error: messageOf(error) }, "an executor did not end cleanly"))
      .finally(() => leaving.delete(gone));
    leaving.add(gone);
  };

  const leave = async ({ process, channel, place }: Executor, sessions: number) => {
    const gone = process.leave(goodbyeMs);
    channel?.close();
    await gone;
    place.room.close();
    // What was opened for a session that nobody wanted.
    if (sessions === 0) await rm(place.directory, { recursive: true, force: true });
  };

  /** One that stands by; `canMove` asks for one that can serve a session that is there already. */
  const take = async (wanted: Wanted, canMove: boolean): Promise<Pooled | undefined> => {
    if (wanted.uploads !== undefined || mustBeTold(wanted)) return undefined;
    const key = keyOf(wanted);
    const stamp = await stampOf(wanted.packageDirectory);
    const find = () => [...standing].findLast((one) => one.key === key && (one.executor.canMove || !canMove));
    // One that has just ended a session is about to be free, one that is being prepared is ahead of a new one.
    if (!find()) await (returning.get(key)?.shift() ?? hurry(key));
    for (let found = find(); found; found = find()) {
      forget(found);
      if (stamp !== undefined && found.stamp === stamp) return found;
      retire(found, "package");
    }
    return undefined;
  };

  /** Nobody else waits for the same one. */
  const hurry = (key: string): Promise<void> | undefined => {
    const preparation = preparing.get(key);
    if (preparation === undefined || preparation.hurry.signal.aborted) return undefined;
    preparation.hurry.abort();
    return preparation.prepared;
  };

  const mayReturn = (executor: Executor) => isReusing && executor.canMove && !isClosed;

  /** In `returning` until it is settled, unless somebody waits for it. */
  const expectBack = (one: Pooled) => {
    if (one.settleReturn) return;
    let resolve = () => {};
    const promise = new Promise<void>((settle) => (resolve = settle));
    const all = returning.get(one.key) ?? [];
    returning.set(one.key, all);
    all.push(promise);
    one.settleReturn = () => {
      one.settleReturn = undefined;
      resolve();
      const index = all.indexOf(promise);
      if (index >= 0) all.splice(index, 1);
      if (all.length === 0 && returning.get(one.key) === all) returning.delete(one.key);
    };
  };

  /** Decides by what the executor says of itself whether it may serve another session. */
  const comeBack = async (one: Pooled) => {
    const { executor, startedAtMs } = one;
    const over = await answeredWithin(answerMs, executor.endSession());
    executor.place.room.close();
    one.sessions += 1;
    if (over === undefined) return retire(one, "silent");
    one.residentBytes = over.resident_bytes;
    const grownBytes = over.resident_bytes - (one.firstResidentBytes ?? over.resident_bytes);
    if (over.leftovers.length > 0 || executor.process.strays.wereFound) {
      log.info(
        { processId: executor.process.pid, leftovers: over.leftovers },
        "a block has left something behind",
      );
      retire(one, "unclean");
    } else if (one.sessions >= options.executorTasks) retire(one, "sessions");
    else if (performance.now() - startedAtMs >= options.executorAgeMs) retire(one, "age");
    else if (grownBytes > options.executorGrowthBytes) retire(one, "growth");
    // What a package keeps would count for the next task.
    else if (one.residentBytes > (options.taskMemoryBytes ?? Number.POSITIVE_INFINITY) / 2)
      retire(one, "memory");
    else standBy(one);
  };

  /** Lets it do what blocks do in a session of no consequence, so that the first that somebody waits for finds it done. */
  const warmUp = async (wanted: Wanted, block: InstalledBlock, hurried: AbortSignal) => {
    const one = await start(wanted, newPlace(wanted), "spare");
    try {
      await Promise.race([one.executor.ready, endedEarly(one.executor)]);
      await practise(one, block, hurried);
    } catch (failure) {
      retire(one, "unready"); // nobody else would end it
      throw failure;
    }
  };

  const practise = async (one: Pooled, block: InstalledBlock, hurried: AbortSignal) => {
    const { executor } = one;
    if (executor.channel) {
      executor.channel.load(block);
      await rehearse(executor, block, AbortSignal.any([hurried, AbortSignal.timeout(answerMs)]));
    }
    if (executor.canMove) {
      const over = await executor.endSession();
      executor.place.room.close();
      if (over === undefined) return retire(one, "silent");
      one.residentBytes = over.resident_bytes;
    }
    standBy(one);
  };

  metrics.watchExecutors(() => {
    const busy = [...pooled.values()].filter(({ isServing, isLeaving }) => isServing && !isLeaving).length;
    const warm = [...standing].filter(({ sessions }) => sessions > 0).length;
    return { busy, warm, cold: standing.size - warm };
  });

  return {
    async acquire(wanted, place) {
      const found = await take(wanted, place !== undefined);
      if (isClosed) throw new Error("The server is closing.");
      if (found === undefined) return (await start(wanted, place ?? newPlace(wanted), "task")).executor;
      found.isServing = true;
      metrics.executorTaken(found.sessions === 0 ? "spare" : "warm");
      if (found.executor.canMove) found.executor.beginSession(place ?? newPlace(wanted));
      return found.executor;
    },
    expect(executor) {
      const one = pooled.get(executor);
      if (!one || !mayReturn(executor)) return false;
      expectBack(one);
      return true;
    },
    async release(executor, how) {
      const one = pooled.get(executor);
      try {
        if (how === "broken" || one === undefined) {
          if (one) metrics.executorRetired("broken");
          await executor.process.kill();
          executor.place.room.close();
        } else if (mayReturn(executor)) {
          expectBack(one);
          await comeBack(one);
        } else {
          one.sessions += 1;
          retire(one, isClosed ? "closing" : "isolation");
        }
      } finally {
        one?.settleReturn?.();
      }
    },
    prepare(wanted, block) {
      const key = keyOf(wanted);
      if (isClosed || maxStanding === 0 || preparing.has(key) || mustBeTold(wanted)) return;
      // One that is used again stands by as soon as its session is over.
      const candidates = isReusing ? [...pooled.values()] : [...standing];
      if (candidates.some((one) => one.key === key && !one.isLeaving)) return;
      const hurry = new AbortController();
      const prepared = warmUp(wanted, block, hurry.signal)
        .catch((error: unknown) =>
          log.debug({ block: block.path, error: messageOf(error) }, "no executor could be started ahead"),
        )
        .finally(() => preparing.delete(key));
      preparing.set(key, { prepared, hurry });
    },
    async close() {
      isClosed = true;
      for (const one of standing) retire(one, "closing");
      await Promise.all([...pooled.keys()].map(({ process }) => process.kill()));
      await Promise.all([...preparing.values()].map(({ prepared }) => prepared));
      while (leaving.size > 0) await Promise.all(leaving);
      await hosts?.close();
    },
  };
}

/** Rejects once it is gone. */
async function endedEarly({ exited }: Executor): Promise<never> {
  const { code } = await exited;
  throw new Error(`The executor ended with code ${code} before it was ready.`);
}

function mustBeTold({ executorName, trace }: Wanted): boolean {
  return executorName !== "nodejs" && trace !== undefined;
}

/** The file of the block that runs first. */
function entryOf({ firstBlock }: Wanted): string | undefined {
  return firstBlock && join(firstBlock.directory, firstBlock.executor.options?.entry ?? "index.py");
}

function keyOf({ executorName, packageDirectory, caller }: Wanted): string {
  return JSON.stringify([executorName, packageDirectory, caller]);
}
