import { rm } from "node:fs/promises";
import type { Logger } from "pino";
import type { InstalledBlock } from "../packages/read-package.ts";
import type { ExecutorSession } from "./executor-session.ts";
import { type OfferedJob, offerJob } from "./offered-job.ts";
import { packageStamp } from "./package-stamp.ts";

/** Sessions opened ahead for blocks that ran lately, so that their next run waits for no process to start. */
export interface SpareSessions {
  /** The block's spare, which is then the caller's; none where there is none, or where its package has changed. */
  take(block: InstalledBlock): Promise<SpareSession | undefined>;
  /** Starts a spare in the background, unless the block has one. */
  prepare(block: InstalledBlock): void;
  /** Ends them all; none is started any more. */
  close(): Promise<void>;
}

export interface SpareSession {
  session: ExecutorSession;
  /** Makes the block's code load ahead. */
  job: OfferedJob | undefined;
}

export interface SpareSessionsOptions {
  open(block: InstalledBlock): Promise<ExecutorSession>;
  /** The least recently used one goes when there would be more. */
  maxCount: number;
  /** One that nobody took for so long goes too. */
  idleMs: number;
  log: Logger;
}

interface Spare {
  opened: Promise<(SpareSession & { stamp: string | undefined }) | undefined>;
  idleTimer: NodeJS.Timeout;
}

export function createSpareSessions({ open, maxCount, idleMs, log }: SpareSessionsOptions): SpareSessions {
  const spares = new Map<string, Spare>(); // least recently used first
  const ending = new Set<Promise<void>>();
  let isClosed = false;

  const start = async (key: string, block: InstalledBlock) => {
    try {
      const stamp = await packageStamp(block.packageDirectory);
      const session = await open(block);
      const gone = () => discard(key, session);
      session.executor.ready.catch(gone);
      void session.executor.exited.then(gone);
      return { session, stamp, job: offerJob(session, block) };
    } catch (error) {
      log.debug({ block: block.path, error }, "no executor could be started ahead");
      return undefined;
    }
  };

  const forget = (key: string): Spare | undefined => {
    const spare = spares.get(key);
    clearTimeout(spare?.idleTimer);
    spares.delete(key);
    return spare;
  };

  /** Where it is still the key's spare: one that was taken is somebody else's. */
  const discard = async (key: string, session: ExecutorSession) => {
    const current = await spares.get(key)?.opened;
    if (current?.session === session) end(forget(key));
  };

  const end = (spare: Spare | undefined) => {
    if (!spare) return;
    const ended = spare.opened
      .then(async (opened) => {
        await opened?.session.kill();
        if (opened) await rm(opened.session.directory, { recursive: true, force: true });
      })
      .catch((error: unknown) => log.warn({ error }, "a spare executor did not end cleanly"))
      .finally(() => ending.delete(ended));
    ending.add(ended);
  };

  return {
    async take(block) {
      const spare = forget(keyOf(block));
      const [opened, stamp] = await Promise.all([spare?.opened, packageStamp(block.packageDirectory)]);
      if (opened && stamp !== undefined && opened.stamp === stamp) return opened;
      end(spare);
      return undefined;
    },
    prepare(block) {
      const key = keyOf(block);
      if (isClosed || maxCount === 0 || spares.has(key)) return;
      for (const oldest of [...spares.keys()].slice(0, Math.max(0, spares.size + 1 - maxCount))) {
        end(forget(oldest));
      }
      const idleTimer = setTimeout(() => end(forget(key)), idleMs).unref();
      spares.set(key, { opened: start(key, block), idleTimer });
    },
    async close() {
      isClosed = true;
      for (const key of [...spares.keys()]) end(forget(key));
      while (ending.size > 0) await Promise.all(ending);
    },
  };
}

function keyOf(block: InstalledBlock): string {
  return block.manifestFile;
}
