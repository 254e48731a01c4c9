import type { Logger } from "pino";
import { answeredWithin } from "../answered-within.ts";
import type { FileStore } from "../files/file-store.ts";
import { keepFor } from "../keep-for.ts";
import type { TaskStore } from "../store/task-store.ts";
import { messageOf } from "../values.ts";

export interface ReadinessParts {
  store: TaskStore;
  files: FileStore;
  /** Why no tasks are taken now, in a sentence; nothing if they are. */
  whyNotReady(): string | undefined;
  /** How many workers are there; without it the process runs tasks itself, or is a worker. */
  countWorkers?(): Promise<number>;
  log: Logger;
}

/** What `/readyz` answers: ready with warnings, or not ready for a reason. */
export interface Readiness {
  reason?: string | undefined;
  warnings: string[];
}

/** Those who ask give up soon themselves, and ask every few seconds. */
const databaseMs = 4_000;
const storageMs = 3_000;
const storageWaitMs = 500;
const storageFreshMs = 5_000;

const databaseFails = "The database does not answer, or takes nothing.";
/** Only operators learn where the files are: from the log. */
const storageFails =
  "The file storage cannot be used: uploads and downloads are refused, and tasks with files wait for it.";
const nobodyWorks = "No worker is there: tasks are accepted and wait for one.";

/** Looks whether tasks can be taken, in bounded time whatever is silent. */
export function createReadiness(parts: ReadinessParts): () => Promise<Readiness> {
  const { store, files, whyNotReady, countWorkers, log } = parts;
  let isStoring = true;

  const checkStorage = keepFor(storageFreshMs, async () => {
    const signal = AbortSignal.timeout(storageMs);
    const failure = await answeredWithin(
      storageMs,
      files.check(signal).then(
        () => "none",
        (error: unknown) => messageOf(error),
      ),
    );
    const isFine = failure === "none";
    if (!isFine && isStoring) log.warn({ error: failure ?? "no answer" }, "the file storage cannot be used");
    isStoring = isFine;
  });

  const ping = async () => {
    const answer = store.ping().then(
      () => true,
      () => false,
    );
    return (await answeredWithin(databaseMs, answer)) === true;
  };

  return async () => {
    // What is silent is told by the next answer: probes of Kubernetes wait for a second.
    const [isThere] = await Promise.all([ping(), answeredWithin(storageWaitMs, checkStorage())]);
    if (!isThere) return { reason: databaseFails, warnings: [] };
    const reason = whyNotReady();
    const workers = await countWorkers?.().catch(() => undefined);
    const warnings = [...(isStoring ? [] : [storageFails]), ...(workers === 0 ? [nobodyWorks] : [])];
    return { reason, warnings };
  };
}
