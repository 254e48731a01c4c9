import type { Mainframe } from "../mainframe.ts";
import { encodeLeniently } from "../wire/codec.ts";
import { topics } from "../wire/topics.ts";

/** Ends a job that cannot be understood: whoever offered it would wait for its end. */
export function refuseJob(mainframe: Mainframe, sessionId: string, jobId: string, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  const finish = { type: "BlockFinished", session_id: sessionId, job_id: jobId, error: reason };
  mainframe.publish(topics.session(sessionId), encodeLeniently(finish)).catch(() => undefined);
}
