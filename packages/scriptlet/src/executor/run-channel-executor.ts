import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import {
  type BeginSession,
  channelTopics,
  type EndSession,
  type LoadBlock,
  type SessionOver,
} from "../wire/channel.ts";
import { decodeMessage } from "../wire/codec.ts";
import { parseBlockInputs, parseBlockPayload } from "../wire/read-job.ts";
import { topics } from "../wire/topics.ts";
import { beforeDeath } from "./before-death.ts";
import { captureDescriptors } from "./capture-descriptors.ts";
import { captureOutput } from "./capture-output.ts";
import { type ChannelMainframe, createChannelMainframe } from "./channel-mainframe.ts";
import { createProcessWatch, type ProcessWatch } from "./cleanliness/create-process-watch.ts";
import { createExecutor, type Executor } from "./create-executor.ts";
import { endProcessGroup } from "./end-process-group.ts";
import { encodeExecutorReady } from "./executor-ready.ts";
import { guardProcess } from "./guard-process.ts";
import { createBlockLoader } from "./load-block.ts";
import { createOutputFences } from "./output-fences.ts";
import type { ExecutorArguments } from "./parse-executor-arguments.ts";
import { refuseJob } from "./refuse-job.ts";
import { relaySpans } from "./relay-spans.ts";
import { startParentWatch } from "./start-parent-watch.ts";
import { replaceWorkerClass } from "./typescript/worker-class.ts";

/** How long the resources of a block may take to close after its end. */
const closingGraceMs = 100;
const memoryMs = 50;
/** As it was before any block could replace it. */
const { rss: readResident } = process.memoryUsage;

/** Serves our server over the inherited socket: one session after another, as long as the server asks. */
export async function runChannelExecutor(
  fileDescriptor: number,
  executorArguments: ExecutorArguments,
  cacheDir: string,
): Promise<void> {
  const writeError = process.stderr.write.bind(process.stderr);
  const warnLocally = (text: string) => void writeError(`nodejs-executor: ${text}\n`);
  const loadBlock = createBlockLoader(cacheDir, () =>
    watch?.note({
      kind: "module",
      description: "a module that failed to load, which stays so in its process",
    }),
  );
  const runBlockTopic = topics.runBlock("nodejs");
  let session: { id: string; identifier: string | undefined; executor: Executor } | undefined;
  let watch: ProcessWatch | undefined;
  let mainframe: ChannelMainframe | undefined;
  let memory = { bytes: 0, readAtMs: Number.NEGATIVE_INFINITY };

  const guard = guardProcess({
    onUnattributed(error, isLate) {
      // Of a job that has ended, perhaps in an earlier session.
      if (isLate) return;
      warnLocally(`uncaught: ${error instanceof Error ? error.stack : String(error)}`);
      // It may have broken any of them (oocana-protocol 6.10).
      for (const channel of session?.executor.openJobs ?? []) {
        if (!channel.isFinished) void channel.finish({ error });
      }
    },
    onTrouble: (description) => watch?.note({ kind: "rejection", description }),
    hasOpenJobs,
  });
  const capturing = { dropsLate: true };
  const fences = createOutputFences((topic, payload) => mainframe?.publishNow(topic, payload));
  captureOutput(capturing);
  captureDescriptors(fences.fence, capturing);
  beforeDeath(() => {
    for (const channel of session?.executor.openJobs ?? []) channel.flush();
  });
  replaceWorkerClass(cacheDir);
  process.on("SIGTERM", leave);
  process.on("SIGINT", leave);

  const { sessionId, isReusable, relaysSpans } = executorArguments;
  const parentWatch = startParentWatch();
  if (isReusable) await parentWatch;
  if (relaysSpans) await relaySpans((span) => mainframe?.publish(channelTopics.span, span));
  // Not earlier: messages that have been sent meanwhile wait in it.
  const socket = new Socket({ fd: fileDescriptor, readable: true, writable: true });
  const channel = createChannelMainframe({
    socket,
    fileDescriptor: process.platform === "win32" ? undefined : fileDescriptor,
    onMessage: hear,
    onLost: lose,
  });
  mainframe = channel;
  // After everything of the executor's own, and before any code of a block.
  if (isReusable) watch = createProcessWatch();
  open(executorArguments);
  await channel.publish(topics.session(sessionId), encodeExecutorReady(executorArguments));

  function open(settings: ExecutorArguments): void {
    const executor = createExecutor({
      mainframe: channel,
      executorArguments: settings,
      cacheDir,
      loadBlock,
      startService: () => Promise.reject(new Error("Services need an engine that runs flows.")),
      warnLocally,
      // What children have printed by then is read first.
      beforeFinish: fences.fenceAgain,
    });
    session = { id: settings.sessionId, identifier: settings.identifier, executor };
    watch?.begin();
  }

  function hear(topic: string, payload: string): void {
    if (topic === runBlockTopic) takeJob(payload);
    else if (topic.startsWith("inputs/")) takeInputs(payload);
    else if (topic === channelTopics.begin) begin(payload);
    else if (topic === channelTopics.end) void end(payload);
    else if (topic === channelTopics.load) load(payload);
  }

  function takeJob(text: string): void {
    const payload = decodeMessage(text);
    if (payload === undefined || session === undefined) return;
    if (payload.session_id !== session.id || payload.identifier !== session.identifier) return;
    try {
      session.executor.onJob(parseBlockPayload(payload));
    } catch (error) {
      refuseJob(channel, session.id, String(payload.job_id), error);
    }
  }

  function takeInputs(text: string): void {
    const message = decodeMessage(text);
    if (message === undefined || typeof message.job_id !== "string") return;
    try {
      session?.executor.onInputs(message.job_id, parseBlockInputs(message));
    } catch (error) {
      session?.executor.onNoInputs(message.job_id, error instanceof Error ? error.message : String(error));
    }
  }

  function begin(text: string): void {
    const next = decodeMessage(text) as BeginSession | undefined;
    if (next === undefined) return;
    open({
      ...executorArguments,
      sessionId: next.session_id,
      sessionDir: next.session_dir,
      tmpDir: next.tmp_dir,
      identifier: next.identifier,
    });
  }

  function load(text: string): void {
    const source = decodeMessage(text) as LoadBlock | undefined;
    if (source === undefined) return;
    const { dir, entry, function: functionName } = source;
    // The job that needs it reports what is wrong with it.
    loadBlock({ dir, entry, functionName }).catch(() => undefined);
  }

  /** Decides whether another session may come: only if nothing of this one is left. */
  async function end(text: string): Promise<void> {
    const over = session;
    const asked = decodeMessage(text) as EndSession | undefined;
    if (over === undefined || asked === undefined) return;
    const { openJobs } = over.executor;
    const finished = () => Promise.all([...openJobs].map(({ whenFinished }) => whenFinished));
    if (asked.after_job !== undefined) await finished();
    if (openJobs.size > 0) await withinGrace(finished());
    const leftovers: SessionOver["leftovers"] =
      openJobs.size > 0 ? [{ kind: "job", description: "a block that still runs" }] : [];
    leftovers.push(...((await watch?.check({ graceMs: closingGraceMs })) ?? []));
    session = undefined;
    const message: SessionOver = {
      session_id: over.id,
      leftovers,
      resident_bytes: residentBytes(),
    };
    // What they print later is nobody's.
    fences.fenceAgain();
    await channel.publish(channelTopics.over, JSON.stringify(message)).catch(() => undefined);
  }

  /** Looked at now and then: that takes longer than some blocks. */
  function residentBytes(): number {
    const now = performance.now();
    if (now - memory.readAtMs >= memoryMs) memory = { bytes: readResident(), readAtMs: now };
    return memory.bytes;
  }

  /** The timer would count as the block's own. */
  async function withinGrace(finished: Promise<unknown>): Promise<void> {
    const timer = new AbortController();
    const pause = delay(closingGraceMs, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([finished, pause]);
    timer.abort();
  }

  function hasOpenJobs(): boolean {
    return (session?.executor.openJobs.size ?? 0) > 0;
  }

  /** The connection is closed. While a block runs, the server may have been killed, and nobody else ends what the block has started. */
  function lose(): void {
    if (hasOpenJobs()) endProcessGroup();
    leave();
  }

  /** The server asks to leave, or is gone; nothing waits for an answer any more. */
  function leave(): void {
    guard.exit(hasOpenJobs() ? 1 : 0);
  }
}
