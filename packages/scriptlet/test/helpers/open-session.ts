import { openMqttMainframe } from "../../src/mqtt-mainframe.ts";
import { FakeEngine, type SpawnedExecutor, type SpawnOptions } from "./fake-engine.ts";
import { openBroker, type TestBroker } from "./open-broker.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

export interface TestSession extends AsyncDisposable {
  workspace: Workspace;
  broker: TestBroker;
  engine: FakeEngine;
  executor: SpawnedExecutor;
}

/** A broker, an engine and a real executor process over a temporary package. */
export async function openSession(
  files: Record<string, string>,
  options: SpawnOptions = {},
): Promise<TestSession> {
  // Disposes of what there is when a later step fails.
  await using resources = new AsyncDisposableStack();
  const workspace = resources.use(await createWorkspace(files));
  const broker = resources.use(await openBroker());
  const mainframe = await openMqttMainframe({ address: broker.address, clientId: "oocana-scheduler-test" });
  resources.defer(() => mainframe.close());
  const engine = await FakeEngine.open({ mainframe, scopePath: workspace.path });
  const executor = resources.use(await engine.spawnExecutor(broker.address, options));
  const kept = resources.move();
  return { workspace, broker, engine, executor, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
