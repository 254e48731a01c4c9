import { topics } from "../wire/topics.ts";
import { encodeExecutorReady } from "./executor-ready.ts";
import type { ExecutorArguments } from "./parse-executor-arguments.ts";

const announceIntervalMs = 200;
/** As long as the broker may be away: an engine on a busy machine may take seconds to join its topics again. */
const maxWaitMs = 10_000;

/** Finds out when the engine listens again after its broker was away. */
export interface EngineReturn {
  /** The engine has sent a job. */
  onRunBlock(): void;
  /** Settles when the engine shows that it is back, or after ten seconds. */
  wait(publish: (topic: string, payload: string) => void): Promise<void>;
}

/**
 * A broker also acknowledges messages without listeners, so a message sent before the engine has joined its topics again is
 * lost. An engine that gets ExecutorReady answers with every unfinished job (oocana-protocol 1.4): that is the sign.
 */
export function createEngineReturn(executorArguments: ExecutorArguments): EngineReturn {
  const topic = topics.session(executorArguments.sessionId);
  const ready = encodeExecutorReady(executorArguments);
  let hasJobs = false;
  let onSign = () => {};
  return {
    onRunBlock() {
      hasJobs = true;
      onSign();
    },
    async wait(publish) {
      // Without a job there is nothing to lose, and no answer.
      if (!hasJobs) return;
      const announce = () => publish(topic, ready);
      const interval = setInterval(announce, announceIntervalMs);
      let deadline: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        onSign = resolve;
        announce();
        // Every job may have been finished in the last moment.
        deadline = setTimeout(resolve, maxWaitMs);
      });
      clearInterval(interval);
      clearTimeout(deadline);
    },
  };
}
