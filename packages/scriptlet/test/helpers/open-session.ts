import { join } from "node:path";
import { AsyncDisposableStack } from "@oomol/test-helpers/async-disposable-stack";
import { createExecutor } from "../../src/executor/create-executor.ts";
import { createBlockLoader } from "../../src/executor/load-block.ts";
import { parseExecutorArguments } from "../../src/executor/parse-executor-arguments.ts";
import { runService } from "../../src/executor/services/service.ts";
import { createSharedParts } from "../../src/executor/shared-parts.ts";
import { takeJobs } from "../../src/executor/take-jobs.ts";
import { createMemoryMainframe } from "../../src/memory-mainframe.ts";
import { openMqttMainframe } from "../../src/mqtt-mainframe.ts";
import { captureProcess } from "../../src/testing/capture-process.ts";
import { FakeEngine, type SpawnedExecutor, type SpawnOptions } from "./fake-engine.ts";
import { openBroker, type TestBroker } from "./open-broker.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

/** An engine and an executor over a temporary package, whatever lies between them. */
export interface ProtocolSession extends AsyncDisposable {
  workspace: Workspace;
  engine: FakeEngine;
  /** Settles when the executor has left, or in memory when it has understood that it should. */
  left: Promise<unknown>;
}

export interface TestSession<Broker = TestBroker> extends ProtocolSession {
  broker: Broker;
  executor: SpawnedExecutor;
}

/** A broker, an engine and a real executor process over a temporary package. */
export function openSession(files: Record<string, string>, options: SpawnOptions = {}): Promise<TestSession> {
  return openSessionOver(openBroker, files, options);
}

/** The same over a broker of the test's choice; the executor may have a way of its own to it. */
export async function openSessionOver<
  Broker extends AsyncDisposable & { address: string; executorAddress?: string },
>(
  open: () => Promise<Broker>,
  files: Record<string, string>,
  options: SpawnOptions = {},
): Promise<TestSession<Broker>> {
  // Disposes of what there is when a later step fails.
  await using resources = new AsyncDisposableStack();
  const workspace = resources.use(await createWorkspace(files));
  const broker = resources.use(await open());
  const mainframe = await openMqttMainframe({ address: broker.address, clientId: "oocana-scheduler-test" });
  resources.defer(() => mainframe.close());
  const engine = await FakeEngine.open({ mainframe, scopePath: workspace.path });
  const executor = resources.use(
    await engine.spawnExecutor(broker.executorAddress ?? broker.address, options),
  );
  const kept = resources.move();
  return {
    workspace,
    broker,
    engine,
    executor,
    left: executor.exited,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** An engine and the executor's own code in this process: no broker, no thread. */
export async function openMemorySession(
  files: Record<string, string>,
  { inputsTimeoutMs = 60_000 } = {},
): Promise<ProtocolSession> {
  await using resources = new AsyncDisposableStack();
  const workspace = resources.use(await createWorkspace(files));
  const mainframe = createMemoryMainframe();
  resources.defer(() => mainframe.close());
  const engine = await FakeEngine.open({ mainframe, scopePath: workspace.path });
  resources.defer(captureProcess());
  const executorArguments = parseExecutorArguments(engine.executorArguments("no address"));
  const cacheDir = join(workspace.path, ".test-cache");
  const warnLocally = () => {};
  const executor = createExecutor({
    mainframe,
    executorArguments,
    cacheDir,
    warnLocally,
    async startService(start) {
      const { sessionDir } = executorArguments;
      const packageName = start.serviceHash;
      const parts = createSharedParts({
        mainframe,
        sessionDir,
        tmpDir: sessionDir,
        packageName,
        warnLocally,
      });
      await runService({ ...start, mainframe, parts, loadModule: createBlockLoader(cacheDir) });
      return "code 0";
    },
  });
  const { promise: left, resolve: onSessionFinished } = Promise.withResolvers<void>();
  const listener = { ...executor, onSessionFinished };
  await takeJobs({ mainframe, executorArguments, inputsTimeoutMs, listener });
  const kept = resources.move();
  return { workspace, engine, left, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
