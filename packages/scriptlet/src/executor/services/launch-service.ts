import type { Mainframe } from "../../mainframe.ts";
import { decodeMessage } from "../../wire/codec.ts";
import type { ServiceBlockPayload } from "../../wire/messages.ts";
import { topics } from "../../wire/topics.ts";
import { readLifetime } from "./service-lifetime.ts";

const pongTimeoutMs = 1000;
const prepareTimeoutMs = 30_000;

export interface ServiceStart {
  serviceHash: string;
  /** Undefined for a service that outlives its session. */
  sessionId: string | undefined;
}

/** Starts the process of a service; settles with how it ended, such as `code 1`. */
export type StartService = (start: ServiceStart) => Promise<string>;

export interface LaunchOptions {
  mainframe: Mainframe;
  sessionId: string;
  /** The first job of the service; it contains the service's definition. */
  first: ServiceBlockPayload;
  startService: StartService;
  /** The service has ended after it was ready. */
  onExit(how: string): void;
}

/**
 * Finds a running global service, or starts a process. Resolves to a function that passes a job to it.
 *
 * @throws {ServiceStartError} if the process ends, or stays silent, before it is prepared.
 */
export async function launchService(options: LaunchOptions): Promise<(payload: ServiceBlockPayload) => void> {
  const { mainframe, first, startService, onExit } = options;
  const serviceHash = first.service_hash;
  const { isGlobal } = readLifetime(first);
  const sessionId = isGlobal ? undefined : options.sessionId;
  const own = topics.service(serviceHash, sessionId);
  const publish = (topic: string, payload: object) =>
    void mainframe.publish(topic, JSON.stringify(payload)).catch(() => undefined);

  if (isGlobal && (await hears(mainframe, own.pong, pongTimeoutMs, () => publish(own.ping, {})))) {
    await watchForeign(mainframe, serviceHash, onExit);
    return (payload) => publish(own.run, payload);
  }
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const start = () => void startService({ serviceHash, sessionId }).then(end);
  if (!(await hears(mainframe, own.prepare, prepareTimeoutMs, start, ended))) {
    const late = `it was not ready within ${prepareTimeoutMs} ms`;
    throw new ServiceStartError(
      first,
      await Promise.race([ended.then((how) => `it ended with ${how}`), late]),
    );
  }
  void ended.then(onExit);
  let isConfigured = false;
  return (payload) => {
    publish(isConfigured ? own.run : own.config, payload);
    isConfigured = true;
  };
}

/** Whether a topic has a message in time and before `orUntil`; `whenListening` is called once the topic is subscribed to. */
async function hears(
  mainframe: Mainframe,
  topic: string,
  timeoutMs: number,
  whenListening: () => void,
  orUntil?: Promise<unknown>,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  const unsubscribe = await mainframe.subscribe(topic, () => resolve(true));
  whenListening();
  void orUntil?.then(() => resolve(false));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    unsubscribe().catch(() => undefined);
  }
}

/** A service that another executor has started tells everybody when it ends. */
async function watchForeign(mainframe: Mainframe, hash: string, onExit: (how: string) => void) {
  const unsubscribe = await mainframe.subscribe(topics.serviceExit, (text) => {
    if (decodeMessage(text)?.service_hash !== hash) return;
    onExit("code 0");
    unsubscribe().catch(() => undefined);
  });
}

/** Thrown if a service does not start. */
export class ServiceStartError extends Error {
  override readonly name = "ServiceStartError";
  readonly code = "service_start_failed";

  constructor({ dir, block_name }: ServiceBlockPayload, seen: string) {
    super(`Could not start the service in ${dir} for its block ${block_name}: ${seen}.`);
  }
}
