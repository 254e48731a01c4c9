import { FakeConnectServer } from "@oomol/connect-core/testing";
import { extensionNames } from "@oomol/connect-core/wire";
import {
  createFetchTransport,
  createUndiciTransport,
  OomolConnectClient,
  type TaskEvent,
  type Transport,
} from "@oomol/connect-node";
import { createHastyClock, type GatewayKind, gateways, openGateway } from "@oomol/fault-proxy";
import { type ReverseProxyKind, startReverseProxy } from "@oomol/test-helpers/start-reverse-proxy";
import { describe, expect, test } from "vitest";
import { serveFake } from "./helpers/serve-fake.ts";

const block = { blockId: "pkg::echo", inputValues: { a: 1 } };
const transports = { fetch: () => createFetchTransport(), undici: () => createUndiciTransport() };

/** Every way to wait for a task, each to its result. */
const ways = {
  "a run": async ({ tasks }) => (await tasks.run(block)).result,
  "a run whose logs are watched": async ({ tasks }) => {
    const ids: number[] = [];
    const { result } = await tasks.run(block, { onLog: ({ id }) => void ids.push(id) });
    expect(ids).toEqual([1, 2, 3, 4]);
    return result;
  },
  "a run by its events": async ({ tasks }) => {
    const run = await tasks.start(block);
    const logs: TaskEvent[] = [];
    for await (const event of run) if (event.type === "log") logs.push(event);
    expect(logs).toHaveLength(4);
    return (await run.result()).result;
  },
  "a wait for the end": async ({ tasks }) => {
    const { taskId } = await tasks.createAndWait(block);
    return (await tasks.attach(taskId).result()).result;
  },
  "a wait by the task's id": async ({ tasks }) => {
    const { task } = await tasks.create(block);
    await tasks.waitForCompletion(task.id);
    return (await tasks.attach(task.id).result()).result;
  },
  "a schedule of one's own": async ({ tasks }) => (await tasks.run(block, { intervalMs: 20 })).result,
} satisfies Record<string, (client: OomolConnectClient) => Promise<unknown>>;

const kinds = Object.keys(gateways) as GatewayKind[];

describe.each(Object.entries(transports))("over %s, every wait comes to its end", (_, open) => {
  test.each(kinds)(
    "behind a gateway that %s",
    async (kind) => {
      await using server = await serveFake(fakeServer());
      await using gateway = await openGateway(kind, server.origin);
      await waitInEveryWay(server.fake, gateway.origin, open);
    },
    60_000,
  );

  test.each(["nginx", "caddy"] as const)("behind %s, with its defaults and compression", async (kind) => {
    await using server = await serveFake(fakeServer());
    await using gateway = await startReverseProxy({ kind, target: server.origin });
    await waitInEveryWay(server.fake, gateway.origin, open);
  });

  test.each(impatient)("behind %s", async (_name, kind, directives) => {
    await using server = await serveFake(fakeServer(2_500));
    const settings = { kind, target: server.origin, directives: directives(server.origin) };
    await using gateway = await startReverseProxy(settings);
    await waitInEveryWay(server.fake, gateway.origin, open);
  });
});

function fakeServer(taskMs = 50): FakeConnectServer {
  return new FakeConnectServer({
    extensions: extensionNames,
    onTask: (task) => {
      task.setStatus("running").log("BlockLog", { log: "one" }).progress(50);
      setTimeout(() => task.log("BlockLog", { log: "two" }).complete({ id: task.id }), taskMs);
    },
  });
}

/** Settings of real gateways that a task of two and a half seconds meets. */
const impatient: [name: string, kind: ReverseProxyKind, directives: (target: string) => string][] = [
  ["nginx, which buffers whatever it is told", "nginx", () => "proxy_ignore_headers X-Accel-Buffering;"],
  ["nginx, which gives up after a second of silence", "nginx", () => "proxy_read_timeout 1s;"],
  [
    "caddy, which gives up after a second without a head",
    "caddy",
    (target) =>
      `handle {\n reverse_proxy ${target} {\n transport http {\n response_header_timeout 1s\n }\n }\n }`,
  ],
];

async function waitInEveryWay(fake: FakeConnectServer, origin: string, open: () => Transport): Promise<void> {
  const outcomes = await Promise.all(
    Object.entries(ways).map(async ([name, wait]) => {
      // What a mute gateway holds back runs out of time soon.
      const options = { timeoutMs: 2_000, clock: createHastyClock(4), transport: open() };
      await using client = new OomolConnectClient({ baseUrl: `${origin}/api`, ...options });
      await client.tasks.list();
      return [name, await wait(client)];
    }),
  );
  const made = [...fake.tasks.keys()].map((id) => ({ id }));
  expect(made).toHaveLength(outcomes.length);
  for (const [name, result] of outcomes) expect(made, String(name)).toContainEqual(result);
}
