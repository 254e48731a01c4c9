import { describeError } from "../../errors/describe-error.ts";
import type { Mainframe } from "../../mainframe.ts";
import { decodeMessage, encodeLeniently } from "../../wire/codec.ts";
import type { ServiceBlockPayload } from "../../wire/messages.ts";
import { topics } from "../../wire/topics.ts";
import { launchService, type StartService } from "./launch-service.ts";

export interface ServiceHostOptions {
  mainframe: Mainframe;
  sessionId: string;
  startService: StartService;
}

interface Job {
  payload: ServiceBlockPayload;
  /** Whether the service has begun with it. */
  isReady: boolean;
  /** Passed to a second service, because the first was exiting when it came. */
  isRetry: boolean;
}

interface Service {
  /** Passes a job on; rejects if the service could not be started. */
  launched: Promise<(payload: ServiceBlockPayload) => void>;
  /** Jobs that it has not finished. */
  jobs: Map<string, Job>;
}

/**
 * Passes the jobs of service blocks to the processes of their services, which it starts (oocana-protocol 6.11). A job whose service
 * ends early is passed to a new one or, if it had begun, ended with an error.
 */
export function createServiceHost({ mainframe, sessionId, startService }: ServiceHostOptions) {
  const services = new Map<string, Service>();
  let listening: Promise<unknown> | undefined;

  return { run: (payload: ServiceBlockPayload) => run(payload) };

  async function run(payload: ServiceBlockPayload, isRetry = false): Promise<void> {
    const hash = payload.service_hash;
    const service = services.get(hash) ?? { launched: launch(payload), jobs: new Map() };
    services.set(hash, service);
    service.jobs.set(payload.job_id, { payload, isReady: false, isRetry });
    // It may fail before it is awaited below.
    service.launched.catch(() => undefined);
    try {
      listening ??= listen();
      await listening;
      const handOver = await service.launched;
      handOver(payload);
    } catch (error) {
      // A later job may have started it anew already.
      if (services.get(hash) === service) services.delete(hash);
      fail(payload, error);
    }
  }

  function launch(first: ServiceBlockPayload) {
    return launchService({ mainframe, sessionId, first, startService, onExit: (how) => onExit(first, how) });
  }

  /** The services send their own messages to the engine; only those that they did not live to send are sent here. */
  async function listen(): Promise<void> {
    await mainframe.subscribe(topics.session(sessionId), (text) => {
      if (!text.includes('"BlockFinished"') && !text.includes('"BlockReady"')) return;
      const message = decodeMessage(text);
      for (const { jobs } of services.values()) {
        const job = jobs.get(String(message?.job_id));
        if (job !== undefined && message?.type === "BlockReady") job.isReady = true;
        if (message?.type === "BlockFinished") jobs.delete(String(message.job_id));
      }
    });
  }

  function onExit({ service_hash }: ServiceBlockPayload, how: string): void {
    const service = services.get(service_hash);
    services.delete(service_hash);
    for (const { payload, isReady, isRetry } of service?.jobs.values() ?? []) {
      if (!isReady && !isRetry) void run(payload, true);
      else fail(payload, new Error(`The service ended with ${how} before its block had finished.`));
    }
  }

  /** Unnumbered: the messages of the job so far were the service's. */
  function fail({ job_id }: ServiceBlockPayload, error: unknown): void {
    const finish = { type: "BlockFinished", session_id: sessionId, job_id, error: describeError(error) };
    mainframe.publish(topics.session(sessionId), encodeLeniently(finish)).catch(() => undefined);
  }
}
