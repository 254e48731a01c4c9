/**
 * The MQTT topics of one engine session (oocana-protocol 2.1). All messages travel with QoS 1, not retained.
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
  /** App → services. */
  serviceMessage: "/service/message",
  /** A service → executors: it is alive, every five seconds. */
  serviceStatus: "/service/report/status",
  /** A service → executors: it ends. */
  serviceExit: "/service/report/exit",
  /** Executor ↔ one of its services; a global service belongs to no session. */
  service: (hash: string, sessionId: string | undefined) => {
    const root = `${sessionId === undefined ? "" : `/${sessionId}`}/service/nodejs/${hash}`;
    return {
      config: `${root}/action/config`,
      run: `${root}/action/run`,
      ping: `${root}/action/ping`,
      shutdown: `${root}/action/shutdown`,
      prepare: `${root}/report/prepare`,
      pong: `${root}/report/pong`,
    };
  },
} as const;
