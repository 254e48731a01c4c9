/**
 * The MQTT topics of one engine session (`oocana-protocol.md`, 2.1). All messages travel with QoS 1, not retained.
 */
export const topics = {
  /** Engine → every executor of that name on the broker; filter by `session_id` and `identifier`. */
  runBlock: (executorName: string) => `executor/${executorName}/run_block`,
  /** Engine → executors: a job of a service block. */
  runServiceBlock: (executorName: string) => `executor/${executorName}/run_service_block`,
  /** Engine → executor: the inputs of one job, sent once, in answer to `BlockReady`. */
  inputs: (sessionId: string, jobId: string) => `inputs/${sessionId}/${jobId}`,
  /** Executor → engine: readiness, outputs, progress, requests and the finish of every job of the session. */
  session: (sessionId: string) => `session/${sessionId}`,
  /** Engine → executor: the answer to one `BlockRequest`. */
  response: (sessionId: string, requestId: string) => `session/${sessionId}/request/${requestId}/response`,
  /** Engine and executors → observers: one topic for all sessions of the broker; filter by `session_id`. */
  report: "report",
} as const;
