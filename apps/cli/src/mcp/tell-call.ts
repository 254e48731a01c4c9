import type { ServerNotification } from "@modelcontextprotocol/sdk/types.js";
import { eventsOfLog, type TaskLog } from "@oomol/connect-node";
import { piecesOf } from "@oomol/connect-shared/text-pieces";

type Level = "info" | "warning" | "error";

export interface TellCallOptions {
  blockId: string;
  /** Absent if the client wants to hear of no progress. */
  progressToken: string | number | undefined;
  send(notification: ServerNotification): Promise<void>;
  log(level: Level, text: string): Promise<void>;
  /** How far the call is, or what the block has said last, for clients that ask instead of listening. */
  note(text: string): void;
}

export interface CallTeller extends Disposable {
  tell(log: TaskLog): Promise<void>;
}

/** Clients give up after a minute without progress, if they listen to it at all. */
const heartbeatMs = 15_000;
/** Each number must be above the last, also if the block is where it was. */
const leastStep = 1e-6;
const mostMessages = 1_000;
const longestMessage = 2_000;

/** Tells a client how far a call is, every 15 seconds at least, and what the block says, up to a thousand messages. */
export function createCallTeller({ blockId, progressToken, send, log, note }: TellCallOptions): CallTeller {
  const startedMs = performance.now();
  let last: number | undefined;
  let messages = 0;

  const tellProgress = async (given: number, message?: string) => {
    if (progressToken === undefined) return;
    last = last === undefined ? given : Math.max(given, last + leastStep);
    const params = { progressToken, progress: last, total: 100, ...(message !== undefined && { message }) };
    await send({ method: "notifications/progress", params });
  };
  const tellMessage = async (level: Level, text: string) => {
    messages += 1;
    const [shown = ""] = piecesOf(text, longestMessage);
    if (messages < mostMessages) return log(level, shown);
    if (messages === mostMessages) await log("warning", "Further messages of this call are left out.");
  };

  const beat = () => {
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    // The call itself tells if the client is gone.
    tellProgress(last ?? 0, `${blockId} has been running for ${seconds} s.`).catch(() => undefined);
  };
  const timer = progressToken === undefined ? undefined : setInterval(beat, heartbeatMs);

  return {
    async tell(taskLog) {
      for (const event of eventsOfLog(taskLog)) {
        if (event.type !== "progress") continue;
        note(`${Math.floor(event.progress)} %`);
        await tellProgress(event.progress);
      }
      const message = messageOf(taskLog);
      if (!message) return;
      note(message[1]);
      await tellMessage(...message);
    },
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}

/** What a block says to people. */
function messageOf({ type, event = {} }: TaskLog): [Level, string] | undefined {
  if (type === "BlockLog") return ["info", String(event.log)];
  if (type === "BlockLogJSON") return ["info", JSON.stringify(event.json)];
  if (type === "BlockWarning") return ["warning", String(event.warning)];
  if (type === "BlockError") return ["error", String(event.error)];
  return undefined;
}
