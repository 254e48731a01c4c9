import { topics } from "@oomol/scriptlet/wire";
import type { Room } from "../../broker/room.ts";

/** The engine's own limit: an executor that is not ready by then never is for it (oocana-protocol 1.4). */
export const readyLimitMs = 5_000;

/** Resolves once an executor of a flow is ready, a block has ended without any, or the engine's time is up. */
export async function untilExecutorReady(room: Room, exited: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      stopListening();
      resolve();
    };
    const timer = setTimeout(stop, readyLimitMs);
    const stopListening = room.listen(({ type }, topic) => {
      if (type === "ExecutorReady" || (type === "BlockFinished" && topic === topics.report)) stop();
    });
    void exited.then(stop);
  });
}
