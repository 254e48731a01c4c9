import { topics } from "../wire/topics.ts";
import { encodeExecutorReady } from "./executor-ready.ts";
import type { ExecutorArguments } from "./parse-executor-arguments.ts";

const announceIntervalMs = 200;
/** As long as the broker may be away: an engine on a busy machine may take seconds to join its topics again. */
const maxWaitMs = 10_000;

/** Finds out when the engine listens again after its broker was away. */
export interface EngineReturn {
  /** The engine has sent a job, which may be known. */
  onRunBlock(): void;
  /** A new job, whose end this process will publish. */
  onJob(jobId: string): void;
  /** The broker has taken a message. */
  onTaken(payload: string): void;
  /** Settles when the engine shows that it is back, or after ten seconds if the end of every job has been taken. */
  wait(publish: (topic: string, payload: string) => void): Promise<void>;
}

/**
 * A broker also acknowledges messages without listeners, so a message sent before the engine has joined its topics again is
 * lost. An engine that gets ExecutorReady answers with every unfinished job (oocana-protocol 1.4): that is the sign. The engine
 * has such a job as long as one here has not ended; whether the engine itself is gone, `watchEngine` finds out.
 */
export function createEngineReturn(executorArguments: ExecutorArguments): EngineReturn {
  const topic = topics.session(executorArguments.sessionId);
  const ready = encodeExecutorReady(executorArguments);
  const unfinished = new Set<string>();
  let hasJobs = false;
  let onSign = () => {};
  return {
    onRunBlock() {
      hasJobs = true;
      onSign();
    },
    onJob: (jobId) => void unfinished.add(jobId),
    onTaken(payload) {
      if (!payload.startsWith('{"type":"BlockFinished"')) return;
      // Not parsed: a result may have many megabytes. The id stands behind it.
      for (const jobId of unfinished) {
        if (payload.lastIndexOf(`"job_id":${JSON.stringify(jobId)}`) >= 0) unfinished.delete(jobId);
      }
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
        // The engine may have got the last end, and then has nothing to answer.
        if (unfinished.size === 0) deadline = setTimeout(resolve, maxWaitMs);
      });
      clearInterval(interval);
      clearTimeout(deadline);
    },
  };
}
