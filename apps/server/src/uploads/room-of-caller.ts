import { Refusal } from "../refusal.ts";
import type { UploadStore } from "../store/upload-store.ts";

/** What somebody may have here that no task has taken. */
export interface CallerRoom {
  /** Throws a {@link Refusal} if it is more than that, with so many bytes that are not counted yet. */
  require(caller: string, moreBytes?: number): Promise<void>;
}

const mostUploads = 1_000;

export function roomOfCaller(store: Pick<UploadStore, "totals">, mostBytes: number): CallerRoom {
  return {
    async require(caller, moreBytes = 0) {
      const { count, bytes } = await store.totals(caller);
      if (count > mostUploads) throw full(`more than ${mostUploads} uploads`);
      if (bytes + moreBytes > mostBytes) throw full(`uploads of more than ${mostBytes} bytes`);
    },
  };
}

const full = (what: string) =>
  new Refusal(
    429,
    `A caller may not have ${what} that no task has taken: run tasks with them, or delete some.`,
  );
