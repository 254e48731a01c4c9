import type { Logger } from "pino";
import type { OverUpload, UploadStore } from "../store/upload-store.ts";
import { messageOf } from "../values.ts";

/** Forgets uploads that nobody needs any more. */
export interface Sweep {
  /** One round; resolves when it is done. */
  run(): Promise<void>;
  close(): Promise<void>;
}

export interface SweepParts {
  store: Pick<UploadStore, "listOver">;
  /** How long an upload is kept after something was last written to it. */
  keepMs: number;
  /** Forgets one, unless it is needed after all. */
  forget(upload: OverUpload): Promise<void>;
  log: Logger;
}

const roundMs = 600_000;
const atOnce = 100;

export function createSweep({ store, keepMs, forget, log }: SweepParts): Sweep {
  let isClosed = false;
  let running: Promise<void> = Promise.resolve();

  const forgetAll = async () => {
    let after = "";
    while (!isClosed) {
      const over = await store.listOver(Date.now() - keepMs, after, atOnce);
      for (const upload of over) {
        if (isClosed) return;
        await forget(upload).catch((error: unknown) =>
          log.warn({ upload: upload.id, error: messageOf(error) }, "an upload could not be removed"),
        );
      }
      if (over.length < atOnce) return;
      after = over.at(-1)?.id ?? after;
    }
  };

  const run = () => {
    running = running
      .then(forgetAll)
      .catch((error: unknown) =>
        log.warn({ error: messageOf(error) }, "old uploads could not be looked for"),
      );
    return running;
  };
  const timer = setInterval(run, Math.min(roundMs, keepMs)).unref();
  return {
    run,
    async close() {
      isClosed = true;
      clearInterval(timer);
      await running;
    },
  };
}
