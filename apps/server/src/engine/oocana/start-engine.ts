import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { findProgram } from "@oomol/connect-shared/find-program";
import { isSampled, traceVariables } from "@oomol/connect-shared/trace-context";
import { topics } from "@oomol/scriptlet/wire";
import type { Room } from "../../broker/room.ts";
import { blockIdOf } from "../../packages/block-id.ts";
import type { PackageCatalog } from "../../packages/package-catalog.ts";
import { packageDataOf } from "../../packages/package-data.ts";
import type { InstalledFlow } from "../../packages/read-package.ts";
import { executorEnvironment } from "../../processes/executor-environment.ts";
import { type StartedProcess, startExecutorProcess } from "../../processes/executor-process.ts";
import { findExecutor } from "../../processes/find-executor.ts";
import { watchMemory } from "../../processes/memory-limit.ts";
import type { SessionEvent, SessionRequest } from "../engine.ts";
import type { ExecutorSettings } from "../executor/executor-settings.ts";
import { packageParent } from "../package-parent.ts";
import { openEngineHome } from "./engine-home.ts";
import type { FlowInputs } from "./flow-with-values.ts";
import { linkPackages } from "./link-packages.ts";
import type { LinkRoot } from "./link-root.ts";
import { oocanaArguments } from "./oocana-command.ts";
import { placeFlow } from "./place-flow.ts";
import { createPathHider } from "./public-paths.ts";
import { type FlowWatch, watchFlow } from "./watch-flow.ts";
import { writeExecutorScript } from "./write-executor-script.ts";

export interface OocanaEngineOptions extends Omit<ExecutorSettings, "executorReadyTimeoutMs"> {
  catalog: PackageCatalog;
}

/** What the runs of an engine share. */
export interface EngineParts extends OocanaEngineOptions {
  links: LinkRoot;
}

/** One run of the program `oocana`, whose end its owner sees to. */
export interface RunningEngine {
  sessionId: string;
  process: StartedProcess;
  /** Resolves, if ever, with the limit that the session has exceeded. */
  exceeded: Promise<string>;
  room: Room;
  /** When nothing of it runs any more. */
  removeHome(): Promise<void>;
  watch: FlowWatch;
  /** Calls `listener` with each event of the session, as callers may see it. */
  listen(listener: (event: ReportedEvent) => void): () => void;
  /** As callers may see it. */
  hidePaths(event: ReportedEvent): ReportedEvent;
}

export type ReportedEvent = SessionEvent["event"];

export async function startEngine(
  settings: EngineParts,
  { block: flow, inputs, span }: SessionRequest<InstalledFlow>,
): Promise<RunningEngine> {
  const { broker, catalog, dataDirectory, links, taskMemoryBytes, tracing, log } = settings;
  const traceEnvironment = traceVariables(span?.context);
  const retainedVariables = [...settings.retainedVariables, ...Object.keys(traceEnvironment)];
  const file = await findOocana(flow);
  const sessionId = randomUUID();
  const sessionDirectory = join(dataDirectory, "sessions", sessionId);
  const temporaryDirectory = join(sessionDirectory, "tmp");
  const dataRootDirectory = join(dataDirectory, "package-data");
  const packageDataDirectory = packageDataOf(dataDirectory, flow.packageName);
  const found = await findExecutor("nodejs");
  // Without them it is ready sooner, for which the engine's time is short.
  const makesSpans = tracing?.relays === true && isSampled(span?.context);
  const executor = makesSpans ? { ...found, args: [...found.args, "--traces"] } : found;
  const programs = await writeExecutorScript(join(dataDirectory, "programs"), "nodejs-executor", executor);
  const packages = await catalog.list();
  const { searchPath, places } = await linkPackages(await links.path(), packages);
  const home = await openEngineHome(dataDirectory, sessionId);
  const given = inputs.toJSON() as FlowInputs;
  const placed = await placeFlow(flow, given, join(home.path, "flow")).catch(async (error: unknown) => {
    await home.remove();
    throw error;
  });
  // Not before: a session that does not come to be leaves no folder.
  for (const directory of [temporaryDirectory, packageDataDirectory]) {
    await mkdir(directory, { recursive: true });
  }
  const { packageName: name, packageVersion: version } = flow;
  const args = oocanaArguments({
    ...placed,
    brokerAddress: broker.address,
    sessionId,
    sessionDirectory,
    temporaryDirectory,
    packageDataDirectory,
    dataRootDirectory,
    searchPath,
    retainedVariables,
  });
  const hidePaths = createPathHider(
    [...places, ...packages, { directory: placed.packageDirectory, name, version }],
    [
      ...[...packages.map(packageParent), searchPath].map((path) => [path, "/packages"] as const),
      [sessionDirectory, "/session"],
      [dataDirectory, "/data"],
      [homedir(), "~"],
    ],
  );
  const listeners = new Set<(event: ReportedEvent) => void>();
  // Before the engine starts: it reports at once.
  const room = broker.openRoom(sessionId);
  room.listen((message, topic) => {
    if (topic !== topics.report) return;
    for (const listener of listeners) listener(hidePaths(message));
  });
  const env = executorEnvironment(process.env, packageDataDirectory, retainedVariables);
  const running = startExecutorProcess({ file, args: [] }, args, {
    env: {
      ...env,
      ...engineVariables(process.env),
      ...home.env,
      ...traceEnvironment,
      PATH: [programs, process.env.PATH].join(delimiter),
    },
    onOutput: ({ stdio, text }) => log.debug({ sessionId, stdio, text }, "engine output"),
  });
  const watch = watchFlow(room, running.pid ?? 0);
  const expel = running.pid === undefined ? undefined : broker.admit(room, running.pid, "engine");
  void running.exited.then(() => {
    expel?.();
    watch.stop();
    room.close();
  });
  return {
    sessionId,
    process: running,
    room,
    watch,
    hidePaths,
    removeHome: home.remove,
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

/** What the engine itself needs for blocks that call services or run elsewhere (oocana-protocol 5.3); addresses, no secrets. */
function engineVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = ["OOCANA_CONNECTOR_BASE_URL", "OOCANA_REMOTE_BLOCK_URL", "OOCANA_REMOTE_BLOCK_TIMEOUT"];
  return Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}

async function findOocana(flow: InstalledFlow): Promise<string> {
  const file = await findProgram("oocana");
  if (file !== undefined) return file;
  throw new Error(
    `${blockIdOf(flow)} is a flow, and flows run on the engine OOCANA, whose program "oocana" is not on the PATH. Install it (https://github.com/oomol/oocana-rust) and run the flow again; blocks run without it.`,
  );
}
