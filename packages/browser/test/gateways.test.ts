import { FakeConnectServer } from "@oomol/connect-core/testing";
import { extensionNames } from "@oomol/connect-core/wire";
import { type GatewayKind, gateways, openGateway } from "@oomol/fault-proxy";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";
import { startReverseProxy } from "@oomol/test-helpers/start-reverse-proxy";
import { afterAll, expect, test } from "vitest";
import { closeBrowser, openPage } from "./helpers/open-page.ts";

afterAll(closeBrowser);

/** Opens what stands between the page and its server. */
type Open = (target: string) => Promise<AsyncDisposable & { origin: string }>;

const kinds = Object.keys(gateways) as GatewayKind[];

test.each<[what: string, open: Open]>([
  ...kinds.map((kind): [string, Open] => [`a gateway that ${kind}`, (target) => openGateway(kind, target)]),
  ["nginx", (target) => startReverseProxy({ kind: "nginx", target })],
  ["caddy", (target) => startReverseProxy({ kind: "caddy", target })],
])("in a page every wait comes to its end behind %s", { timeout: 60_000 }, async (_, open) => {
  const fake = new FakeConnectServer({
    extensions: extensionNames,
    onTask: (task) => {
      task.setStatus("running").log("BlockLog", { log: "one" }).progress(50);
      setTimeout(() => task.log("BlockLog", { log: "two" }).complete({ id: task.id }), 50);
    },
  });
  await using opened = await openPage(fakeHandler(fake));
  const { page, server } = opened;
  await using gateway = await open(server.origin);
  await page.goto(`${gateway.origin}/`);
  await page.waitForFunction(() => "connect" in window);
  const results = await page.evaluate(waitInEveryWay);
  const made = [...fake.tasks.keys()].map((id) => ({ id }));
  expect(made).toHaveLength(results.length);
  for (const result of results) expect(made).toContainEqual(result);
});

/** Runs in the page, one way after the other: six connections are all that it has. */
async function waitInEveryWay(): Promise<unknown[]> {
  const { OomolConnectClient, systemClock } = window.connect;
  // Four times as fast: what a mute gateway holds back runs out of time soon.
  const clock = {
    now: () => systemClock.now() * 4,
    delay: (ms: number, signal?: AbortSignal) => systemClock.delay(ms / 4, signal),
  };
  const block = { blockId: "pkg::echo", inputValues: { a: 1 } };
  const file = new File(["text"], "a.txt");
  const results: unknown[] = [];
  const wait = async (way: (client: typeof window.client) => Promise<unknown>) => {
    // Not by `using`: what stands for it where the test runs is not in the page.
    const client = new OomolConnectClient({ timeoutMs: 2_000, clock });
    await client.tasks.list();
    results.push(await way(client));
    await client.close();
  };
  await wait(async ({ tasks }) => (await tasks.run(block)).result);
  await wait(async ({ tasks }) => {
    const ids: number[] = [];
    const { result } = await tasks.run(block, { onLog: ({ id }) => void ids.push(id) });
    if (ids.join() !== "1,2,3,4") throw new Error(`the logs came as ${ids.join()}`);
    return result;
  });
  await wait(async ({ tasks }) => {
    const run = await tasks.start(block);
    let logs = 0;
    for await (const event of run) if (event.type === "log") logs += 1;
    if (logs !== 4) throw new Error(`${logs} logs came`);
    return (await run.result()).result;
  });
  await wait(async ({ tasks }) => {
    const { taskId } = await tasks.createAndWait(block);
    return (await tasks.attach(taskId).result()).result;
  });
  await wait(async ({ tasks }) => (await tasks.run({ ...block, files: [file] })).result);
  await wait(async ({ tasks }) => (await tasks.run(block, { intervalMs: 20 })).result);
  return results;
}
