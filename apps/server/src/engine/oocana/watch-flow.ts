import { topics } from "@oomol/scriptlet/wire";
import { isOffer } from "../../broker/rights.ts";
import type { Member, Room } from "../../broker/room.ts";
import type { SessionMessage } from "../../broker/session-message.ts";
import { listDescendants } from "../../processes/process-tree.ts";
import { isRecord } from "../../values.ts";

/** How a flow has come to a stand that the engine does not notice. */
export type Standstill =
  /** A block that another one ran has failed, and that one went on: all else has ended well (oocana-protocol 9.1 #3). */
  { isOver: true; warning: string; of: SessionMessage } | { isOver: false; error: string };

export interface FlowWatch {
  /** Resolves, if ever, once nothing of the flow runs and nothing can come. */
  readonly standstill: Promise<Standstill>;
  /** How the engine told of a block that runs. */
  startOf(jobId: unknown): SessionMessage | undefined;
  /** What blocks say is left unread until then. */
  hold(until: Promise<void>): void;
  stop(): void;
}

/** A block that runs, as far as messages tell. */
interface RunningBlock {
  started: SessionMessage;
  /** Of its executor, once that has said something of it. */
  pid?: number;
  isOffered: boolean;
  /** When it was seen first that nobody works on it. */
  lostAtMs?: number;
}

const lookMs = 500;
/** The engine starts what comes next within milliseconds; this is for a machine that is out of breath. */
const quietMs = 3_000;
/** The engine tells of an executor that has failed sooner. */
const lostMs = 2_000;

/** Watches what the engine and its executors say, and whether the executors live, for what the engine waits for in vain. */
export function watchFlow(room: Room, enginePid: number): FlowWatch {
  const running = new Map<string, RunningBlock>();
  const offered = new Set<string>();
  let failedChild: SessionMessage | undefined;
  let hasRun = false;
  let lastSaidAtMs = performance.now();
  let held = 0;

  const see = (message: SessionMessage, topic: string, { role, pid }: Member) => {
    lastSaidAtMs = performance.now();
    const { type } = message;
    const id = String(message.job_id);
    const known = running.get(id);
    if (role === "executor") {
      if (known && pid !== undefined && topic !== topics.report) known.pid = pid;
    } else if (isOffer(topic)) {
      offered.add(id);
      if (known) known.isOffered = true;
    } else if (type === "BlockStarted") {
      hasRun = true;
      running.set(id, { started: message, isOffered: offered.has(id) });
    } else if (type === "BlockFinished") {
      running.delete(id);
      if (typeof message.error === "string" && known && isChild(known.started)) failedChild = message;
    }
  };

  const look = (nowMs: number): Standstill | undefined => {
    if (held > 0 || !hasRun) return undefined;
    if (running.size === 0) return nowMs - lastSaidAtMs > quietMs ? explainQuiet(failedChild) : undefined;
    for (const block of running.values()) {
      if (isWorkedOn(block, enginePid, nowMs - lastSaidAtMs)) {
        delete block.lostAtMs;
        continue;
      }
      block.lostAtMs ??= nowMs;
      if (nowMs - block.lostAtMs > lostMs) return { isOver: false, error: explainLost(block.started) };
    }
    return undefined;
  };

  let stop = () => {};
  const standstill = new Promise<Standstill>((resolve) => {
    const stopListening = room.listen(see);
    const timer = setInterval(() => {
      const found = look(performance.now());
      if (found === undefined) return;
      stop();
      resolve(found);
    }, lookMs);
    stop = () => {
      clearInterval(timer);
      stopListening();
    };
  });
  return {
    standstill,
    startOf: (jobId) => running.get(String(jobId))?.started,
    hold(until) {
      held += 1;
      void until.finally(() => {
        held -= 1;
        lastSaidAtMs = performance.now();
      });
    },
    stop: () => stop(),
  };
}

/** Whether it may still end: its executor lives, or may come to be. What no executor was offered is the engine's own work. */
function isWorkedOn({ pid, isOffered }: RunningBlock, enginePid: number, quietForMs: number): boolean {
  if (pid !== undefined) return isThere(pid);
  return !isOffered || quietForMs < quietMs || listDescendants(enginePid).length > 0;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Run by a block, not by the flow. */
function isChild({ stacks }: SessionMessage): boolean {
  return nodeIn(stacks)?.startsWith("run_block::") ?? false;
}

function nodeIn(stacks: unknown): string | undefined {
  const level: unknown = Array.isArray(stacks) ? stacks.at(-1) : undefined;
  return isRecord(level) && typeof level.node_id === "string" ? level.node_id : undefined;
}

function explainQuiet(child: SessionMessage | undefined): Standstill {
  if (child === undefined) {
    const error = `No block of the flow has run for ${quietMs / 1_000} s, and the engine has not ended the flow; nothing more can come.`;
    return { isOver: false, error };
  }
  const name = nodeIn(child.stacks)?.replace("run_block::", "");
  const warning = `Every node has ended, but the engine goes on waiting for ${name}, which a block ran and which failed: ${String(child.error)}. The server has ended the flow.`;
  return { isOver: true, warning, of: child };
}

function explainLost({ stacks }: SessionMessage): string {
  return `The executor of the node "${nodeIn(stacks) ?? "_"}" exited in the middle of its block, without an error; the engine does not notice that, so the server has ended the flow. A block must not end its process.`;
}
