import { EventEmitter } from "node:events";
import type { Context } from "../../context/context.ts";
import type { ServiceContext } from "../../context/service-context.ts";
import type { Mainframe } from "../../mainframe.ts";
import { decodeMessage } from "../../wire/codec.ts";
import type { BlockPayload, ServiceBlockPayload } from "../../wire/messages.ts";
import { parseServiceBlockPayload } from "../../wire/read-job.ts";
import { topics } from "../../wire/topics.ts";
import { awaitInputs } from "../await-inputs.ts";
import type { ExecutorParts } from "../executor-parts.ts";
import type { BlockSource, LoadedBlock } from "../load-block.ts";
import { runJob } from "../run-job.ts";
import { SeenJobs } from "../seen-jobs.ts";
import type { ServiceStart } from "./launch-service.ts";
import { readLifetime } from "./service-lifetime.ts";

const statusIntervalMs = 5000;
const inputsTimeoutMs = 60_000;

export interface ServiceOptions extends ServiceStart {
  mainframe: Mainframe;
  /** The parts that jobs of all sessions share. */
  parts: Omit<ExecutorParts, "sessionId" | "awaitInputs" | "loadBlock">;
  loadModule(source: BlockSource): Promise<LoadedBlock>;
}

/** Serves the jobs of one service until its lifetime ends; settles then (oocana-protocol 6.11). */
export async function runService(options: ServiceOptions): Promise<void> {
  const { mainframe, serviceHash, sessionId, parts, loadModule } = options;
  const own = topics.service(serviceHash, sessionId);
  const service: ServiceContext & { events: EventEmitter } = {
    blockHandler: undefined,
    events: new EventEmitter(),
    serviceHash,
    sessionDir: parts.directories.sessionDir,
    pkgDir: parts.environment.OOCANA_PKG_DIR ?? "",
  };
  const about = {
    service_hash: serviceHash,
    executor: "nodejs",
    ...(sessionId && { session_id: sessionId }),
  };
  const seenJobs = new SeenJobs();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let started: Promise<unknown> | undefined;
  let running = 0;
  let leaveTimer: NodeJS.Timeout | undefined;

  const tell = (topic: string, message: object) =>
    void mainframe.publish(topic, JSON.stringify(message)).catch(() => undefined);
  const listen = (topic: string, listener: (message: Record<string, unknown>) => void) =>
    mainframe.subscribe(topic, (text) => {
      const message = decodeMessage(text);
      if (message !== undefined) listener(message);
    });
  // Written by our own executor, from the engine's message; anything else is not a job.
  const onJob = (message: Record<string, unknown>) => {
    try {
      void take(parseServiceBlockPayload(message));
    } catch (error) {
      parts.warnLocally(error instanceof Error ? error.message : String(error));
    }
  };
  await Promise.all([
    listen(own.config, onJob),
    listen(own.run, onJob),
    listen(own.ping, () => tell(own.pong, about)),
    listen(own.shutdown, () => end()),
    listen(topics.serviceMessage, (message) => service.events.emit("message", message)),
    listen(topics.report, ({ type, session_id }) => {
      if (type === "SessionFinished" && sessionId !== undefined && session_id === sessionId) end();
    }),
  ]);
  tell(own.prepare, about);
  const status = setInterval(() => tell(topics.serviceStatus, about), statusIntervalMs);
  await ended;
  clearInterval(status);
  clearTimeout(leaveTimer);
  await mainframe.publish(topics.serviceExit, JSON.stringify(about)).catch(() => undefined);

  async function take(payload: ServiceBlockPayload): Promise<void> {
    if (!seenJobs.add(payload.job_id)) return;
    running += 1;
    clearTimeout(leaveTimer);
    const jobParts: ExecutorParts = {
      ...parts,
      sessionId: payload.session_id,
      awaitInputs: (jobId) =>
        awaitInputs({ mainframe, sessionId: payload.session_id, jobId, timeoutMs: inputsTimeoutMs }),
      loadBlock: () => findHandler(payload),
    };
    // The handler is chosen by name; there is no block to load.
    const job: BlockPayload = { ...payload, type: "BlockPayload", executor: { name: "nodejs" } };
    await runJob(job, jobParts);
    running -= 1;
    const { keepAliveMs } = readLifetime(payload);
    if (running === 0 && keepAliveMs !== undefined) leaveTimer = setTimeout(end, keepAliveMs);
  }

  async function findHandler(payload: ServiceBlockPayload): Promise<LoadedBlock> {
    started ??= start(payload);
    await started;
    const { block_name: name } = payload;
    const { blockHandler } = service;
    if (typeof blockHandler === "function") {
      return (inputs, context) => blockHandler(name, inputs as Record<string, unknown>, context as Context);
    }
    const handlers = blockHandler ?? {};
    const found = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (typeof found !== "function") throw new UnknownServiceBlockError(name, Object.keys(handlers));
    return found as LoadedBlock;
  }

  async function start({ dir, service_executor }: ServiceBlockPayload): Promise<void> {
    const main = await loadModule({
      dir,
      entry: service_executor?.entry,
      functionName: service_executor?.function,
    });
    await main(service, undefined);
  }
}

/** Thrown if a service has set no handler for one of its blocks. */
export class UnknownServiceBlockError extends Error {
  override readonly name = "UnknownServiceBlockError";
  readonly code = "unknown_service_block";

  constructor(block: string, known: string[]) {
    const others = known.length === 0 ? "it has set none" : `it has handlers for ${known.join(", ")}`;
    super(`The service has no handler for its block ${block}: ${others}. Set it in blockHandler.`);
  }
}
