import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { topics } from "@oomol/scriptlet/wire";
import type { Room } from "../../broker/room.ts";
import { blockNodeId } from "../../inputs/node-inputs.ts";
import { blockIdOf } from "../../packages/block-id.ts";
import type { PackageCatalog } from "../../packages/package-catalog.ts";
import type { InstalledFlow } from "../../packages/read-package.ts";
import { executorEnvironment } from "../../processes/executor-environment.ts";
import {
  type ExecutorExit,
  type ExecutorProcess,
  startExecutorProcess,
} from "../../processes/executor-process.ts";
import { findExecutor, findProgram } from "../../processes/find-executor.ts";
import { watchMemory } from "../../processes/memory-limit.ts";
import { isRecord, messageOf } from "../../values.ts";
import {
  type Engine,
  refuseSession,
  type SessionEvent,
  type SessionOutcome,
  type SessionRequest,
} from "../engine.ts";
import type { ExecutorSettings } from "../executor/executor-settings.ts";
import { linkPackages } from "./link-packages.ts";
import { oocanaArguments, searchPathsOf } from "./oocana-command.ts";
import { createPathHider } from "./public-paths.ts";
import { writeExecutorScript } from "./write-executor-script.ts";

export interface OocanaEngineOptions extends Omit<ExecutorSettings, "executorReadyTimeoutMs"> {
  catalog: PackageCatalog;
}

/**
 * The engine for flows: each session is one `oocana run` on the server's broker, with our executor first on its `PATH`.
 * What it reports becomes the events of the session.
 */
export function createOocanaEngine(settings: OocanaEngineOptions): Engine<InstalledFlow> {
  const leaving = new Set<Promise<void>>();

  /** Goes on in the background: nobody waits for the engine to leave. */
  const leave = (ending: Promise<void>) => {
    const ended = ending.finally(() => leaving.delete(ended));
    leaving.add(ended);
  };

  return {
    async run(request) {
      const engine = await startEngine(settings, request).catch((error: unknown) => messageOf(error));
      if (typeof engine === "string") return refuseSession(request, engine);
      request.onStarted(engine.sessionId);
      const { outcome, ending } = await follow(engine, request);
      leave(ending);
      return outcome;
    },
    async close() {
      while (leaving.size > 0) await Promise.all(leaving);
    },
  };
}

interface RunningEngine {
  sessionId: string;
  process: ExecutorProcess;
  /** Resolves, if ever, with the limit that the session has exceeded. */
  exceeded: Promise<string>;
  room: Room;
  /** Calls `listener` with each event of the session, as callers may see it. */
  listen(listener: (event: ReportedEvent) => void): () => void;
}

type ReportedEvent = SessionEvent["event"];

async function startEngine(
  settings: OocanaEngineOptions,
  { block: flow, inputs }: SessionRequest<InstalledFlow>,
): Promise<RunningEngine> {
  const { broker, catalog, dataDirectory, retainedVariables, taskMemoryBytes, log } = settings;
  const file = await findOocana(flow);
  const sessionId = randomUUID();
  const sessionDirectory = join(dataDirectory, "sessions", sessionId);
  const temporaryDirectory = join(sessionDirectory, "tmp");
  const dataRootDirectory = join(dataDirectory, "package-data");
  const packageDataDirectory = join(dataRootDirectory, flow.packageName);
  const executor = await findExecutor("nodejs");
  const programs = await writeExecutorScript(join(dataDirectory, "programs"), "nodejs-executor", executor);
  const packages = await catalog.list();
  const places = await linkPackages(join(dataDirectory, "package-links"), packages);
  const args = oocanaArguments({
    manifestFile: flow.manifestFile,
    brokerAddress: broker.address,
    sessionId,
    inputs,
    sessionDirectory,
    temporaryDirectory,
    packageDataDirectory,
    dataRootDirectory,
    searchPaths: searchPathsOf(places),
    retainedVariables,
  });
  requireShortEnough(args);
  // Not before: a session that does not come to be leaves no folder.
  for (const directory of [temporaryDirectory, packageDataDirectory]) {
    await mkdir(directory, { recursive: true });
  }

  const hidePaths = createPathHider([...places, ...packages]);
  const listeners = new Set<(event: ReportedEvent) => void>();
  // Before the engine starts: it reports at once.
  const room = broker.openRoom(sessionId);
  room.listen((message, topic) => {
    if (topic !== topics.report) return;
    for (const listener of listeners) listener(hidePaths(message));
  });
  const env = executorEnvironment(process.env, packageDataDirectory, retainedVariables);
  const running = startExecutorProcess({ file, args: [] }, args, {
    env: { ...env, PATH: [programs, process.env.PATH].join(delimiter) },
    onOutput: ({ stdio, text }) => log.debug({ sessionId, stdio, text }, "engine output"),
  });
  const expel = running.pid === undefined ? undefined : broker.admit(room, running.pid, "engine");
  void running.exited.then(() => {
    expel?.();
    room.close();
  });
  return {
    sessionId,
    process: running,
    room,
    exceeded: Promise.race([
      watchMemory(() => (running.pid ? [running.pid] : []), running.exited, taskMemoryBytes),
      new Promise<string>((resolve) => room.onRefused(resolve)),
    ]),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function findOocana(flow: InstalledFlow): Promise<string> {
  const file = await findProgram("oocana");
  if (file !== undefined) return file;
  throw new Error(
    `${blockIdOf(flow)} is a flow, and flows run on the engine OOCANA, whose program "oocana" is not on the PATH. Install it (https://github.com/oomol/oocana-rust) and run the flow again; blocks run without it.`,
  );
}

/** Linux allows 128 KiB for one argument, with a zero at its end; Windows 32,767 characters for all of them. */
const maxArgumentBytes = process.platform === "win32" ? 30_000 : 131_071;

function requireShortEnough(args: readonly string[]): void {
  const sizeBytes = Math.max(...args.map((argument) => Buffer.byteLength(argument)));
  if (sizeBytes <= maxArgumentBytes) return;
  throw new Error(
    `The inputs of the flow take ${sizeBytes} bytes as JSON, and oocana takes them on its command line, where ${maxArgumentBytes} are possible; give large values as files.`,
  );
}

/** From the first event to the last. Where the engine does not say how the session ended, this does. */
async function follow(
  engine: RunningEngine,
  request: SessionRequest<InstalledFlow>,
): Promise<{ outcome: SessionOutcome; ending: Promise<void> }> {
  const { block: flow, signal } = request;
  const onEvent = (event: SessionEvent) => {
    const room = request.onEvent(event);
    if (room !== undefined) engine.room.hold(room);
  };
  const over = new AbortController();
  const reported = new Promise<SessionEnd>((resolve) => {
    const stopListening = engine.listen((event) => {
      onEvent({ type: event.type, nodeId: nodeOf(event), event });
      if (event.type !== "SessionFinished") return;
      stopListening();
      resolve({ error: typeof event.error === "string" ? event.error : undefined, isReported: true });
    });
    over.signal.addEventListener("abort", stopListening);
  });
  const stopped = new Promise<SessionEnd>((resolve) => {
    const stop = () => resolve({ error: messageOf(signal.reason) });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { signal: over.signal });
  });
  const { error, isReported = false } = await Promise.race<SessionEnd>([
    reported,
    engine.process.exited.then(explainExit),
    engine.exceeded.then((error) => ({ error })),
    stopped,
  ]);
  over.abort();
  if (!isReported) {
    const event = {
      type: "SessionFinished",
      session_id: engine.sessionId,
      finish_at: Date.now(),
      path: flow.path,
      ...(error !== undefined && { error }),
    };
    onEvent({ type: event.type, nodeId: null, event });
  }
  const ending = isReported ? engine.process.leave(goodbyeMs) : engine.process.kill();
  if (signal.aborted && !isReported) return { outcome: "aborted", ending };
  return { outcome: error === undefined ? "completed" : "failed", ending };
}

interface SessionEnd {
  error?: string | undefined;
  isReported?: boolean;
}

/** The engine pauses at least 600 ms before it ends its executors and itself. */
const goodbyeMs = 5_000;

function explainExit({ code, spawnError, stderrTail }: ExecutorExit): SessionEnd {
  if (spawnError) return { error: `Failed to spawn oocana. ${spawnError.message}` };
  if (code === 0) return {};
  return { error: `oocana ended with code ${code}${stderrTail === "" ? "" : `\n${stderrTail}`}` };
}

/** The innermost node that an event is about; `null` for the flow and the session, `"_"` for a subflow run by itself. */
function nodeOf({ type, stacks, node_id }: ReportedEvent): string | null {
  if (typeof node_id === "string") return node_id;
  if (!Array.isArray(stacks)) return null;
  const innermost: unknown = stacks.at(-1);
  if (isRecord(innermost) && typeof innermost.node_id === "string") return innermost.node_id;
  return type.includes("Block") ? blockNodeId : null;
}
