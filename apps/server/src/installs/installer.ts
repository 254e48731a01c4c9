import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { InstallStore, NewInstall, StoredInstall } from "../store/install-store.ts";
import { takeTurns } from "../take-turns.ts";
import { messageOf } from "../values.ts";
import { type InstallParts, installPackage, type PackageVersion } from "./install-package.ts";

/** Installs packages, a few at a time, in the order they were asked for. */
export interface Installer {
  /** Takes up what an earlier run of the server left, in that order. */
  resume(unfinished: readonly StoredInstall[]): void;
  /** The task of an install: a new one, or the one that is on its way already. */
  submit(wanted: PackageVersion & Pick<NewInstall, "idempotency">): Promise<StoredInstall | undefined>;
  /** Resolves when the install has ended, leaving nothing behind; one that has ended already stays as it is. */
  cancel(id: string): Promise<void>;
  /** What an install that runs is at, in words. */
  progressOf(id: string): string | undefined;
  /** Leaves what is not finished for the next start. */
  close(): Promise<void>;
}

export interface InstallerParts extends InstallParts {
  store: InstallStore;
  installTimeoutMs: number;
  log: Logger;
}

interface Running {
  progress?: string;
  abort: AbortController;
  ended: Promise<void>;
}

/** In characters. */
const longestProgress = 300;

/** One whose registry is slow does not hold up the others. */
const installsAtOnce = 3;

export function createInstaller(parts: InstallerParts): Installer {
  const { store, installTimeoutMs, log } = parts;
  const closing = new AbortController();
  const queued = new Map<string, Promise<StoredInstall | undefined>>(); // by what was asked for
  const running = new Map<string, Running>();
  const inTurn = takeTurns(installsAtOnce);

  const run = (id: string, wanted: PackageVersion) => {
    const abort = new AbortController();
    const given = AbortSignal.any([closing.signal, abort.signal]);
    const ended = inTurn(() => work(id, wanted, abort.signal), given)
      .catch((error: unknown) => log.error({ id, error }, "an install could not be recorded"))
      .finally(() => running.delete(id));
    running.set(id, { abort, ended });
    return ended;
  };

  /** Until it has ended, the same wish is the same install. */
  const remember = (wanted: PackageVersion, install: Promise<StoredInstall | undefined>) => {
    const key = keyOf(wanted);
    queued.set(key, install);
    const forget = () => {
      if (queued.get(key) === install) queued.delete(key);
    };
    install.catch(forget); // what could not be recorded is asked for anew
    return forget;
  };

  const work = async (id: string, wanted: PackageVersion, cancelled: AbortSignal) => {
    if (closing.signal.aborted) return;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(tooLate(wanted, installTimeoutMs)), installTimeoutMs);
    try {
      if (!cancelled.aborted) await store.update(id, { status: "running" });
      const signal = AbortSignal.any([closing.signal, cancelled, late.signal]);
      const { version, dependencies } = await installPackage(parts, wanted, signal, (line) => {
        const install = running.get(id);
        if (install) install.progress = line.slice(0, longestProgress);
      });
      await store.update(id, { status: "success", version, dependencies });
    } catch (error) {
      if (closing.signal.aborted) return;
      const reason = cancelled.aborted ? cancelled.reason : late.signal.aborted ? late.signal.reason : error;
      log.warn({ ...wanted, error: reason }, "a package could not be installed");
      await store.update(id, { status: "failed", error: messageOf(reason) });
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    resume(unfinished) {
      for (const { id, name, version } of unfinished) {
        const forget = remember({ name, version }, store.get(id));
        void run(id, { name, version }).finally(forget);
      }
    },
    async submit({ name, version, idempotency }) {
      const earlier = queued.get(keyOf({ name, version }));
      if (earlier && !idempotency) return earlier;
      const created = store.create({ id: randomUUID(), name, version, idempotency });
      const forget = remember({ name, version }, created);
      const install = await created;
      if (install) void run(install.id, { name, version }).finally(forget);
      else forget();
      return install;
    },
    async cancel(id) {
      const install = running.get(id);
      install?.abort.abort(new Error("The install was cancelled."));
      await install?.ended;
    },
    progressOf: (id) => running.get(id)?.progress,
    async close() {
      closing.abort();
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}

function tooLate({ name }: PackageVersion, timeoutMs: number): Error {
  return new Error(
    `${name} was not installed: it took longer than the ${timeoutMs / 1_000} seconds that an install may take.`,
  );
}

function keyOf({ name, version }: PackageVersion): string {
  return `${name}@${version}`;
}
