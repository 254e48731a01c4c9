import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { InstallStore, NewInstall, StoredInstall } from "../store/install-store.ts";
import { messageOf } from "../values.ts";
import { type InstallParts, installPackage, type PackageVersion } from "./install-package.ts";

/** Installs packages one after the other, in the order they were asked for. */
export interface Installer {
  /** Takes up what an earlier run of the server left, in that order. */
  resume(unfinished: readonly StoredInstall[]): void;
  /** The task of an install: a new one, or the one that is on its way already. */
  submit(wanted: PackageVersion & Pick<NewInstall, "idempotency">): Promise<StoredInstall | undefined>;
  /** Leaves what is not finished for the next start. */
  close(): Promise<void>;
}

export interface InstallerParts extends InstallParts {
  store: InstallStore;
  log: Logger;
}

export function createInstaller(parts: InstallerParts): Installer {
  const { store, log } = parts;
  const closing = new AbortController();
  const queued = new Map<string, Promise<StoredInstall | undefined>>(); // by what was asked for
  let last: Promise<void> = Promise.resolve();

  const run = (id: string, wanted: PackageVersion) => {
    last = last
      .then(() => work(id, wanted))
      .catch((error: unknown) => log.error({ id, error }, "an install could not be recorded"));
    return last;
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

  const work = async (id: string, wanted: PackageVersion) => {
    if (closing.signal.aborted) return;
    await store.update(id, { status: "running" });
    try {
      const { version, dependencies } = await installPackage(parts, wanted, closing.signal);
      await store.update(id, { status: "success", version, dependencies });
    } catch (error) {
      if (closing.signal.aborted) return;
      log.warn({ ...wanted, error }, "a package could not be installed");
      await store.update(id, { status: "failed", error: messageOf(error) });
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
    async close() {
      closing.abort();
      await last;
    },
  };
}

function keyOf({ name, version }: PackageVersion): string {
  return `${name}@${version}`;
}
