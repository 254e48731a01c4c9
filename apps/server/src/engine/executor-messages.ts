import { topics } from "@oomol/scriptlet/wire";
import type { Broker } from "../broker.ts";
import { isRecord } from "../values.ts";

export type ExecutorMessage = { type: string; session_id: string; [field: string]: unknown };
export type Listen = (listener: (message: ExecutorMessage) => void) => () => void;

/** What executors themselves say on `report`; the rest there is the engine's, which is this server. */
const executorReports = new Set([
  "BlockLog",
  "BlockLogJSON",
  "BlockWarning",
  "BlockMessage",
  "BlockProgress",
]);

/** Hears what the executors of one session say. */
export function listenToSession(broker: Broker, id: string): { listen: Listen; close(): void } {
  const listeners = new Set<(message: ExecutorMessage) => void>();
  const receive = (message: unknown) => {
    if (!isExecutorMessage(message) || message.session_id !== id) return;
    for (const listener of [...listeners]) listener(message);
  };
  const unsubscribes = [
    broker.subscribe(topics.session(id), receive),
    broker.subscribe(topics.report, (message) => {
      if (isExecutorMessage(message) && executorReports.has(message.type)) receive(message);
    }),
  ];
  return {
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      for (const end of unsubscribes) end();
    },
  };
}

function isExecutorMessage(message: unknown): message is ExecutorMessage {
  return isRecord(message) && typeof message.type === "string" && typeof message.session_id === "string";
}
