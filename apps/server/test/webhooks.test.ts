import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { OomolConnectClient } from "@oomol/connect-core";
import { verifyWebhook } from "@oomol/connect-core/webhooks";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { describeBothServers } from "./both-servers.ts";
import {
  idOf,
  makeDataDirectory,
  openTestServer,
  refusalOf,
  type TestClient,
  toNodes,
} from "./open-test-server.ts";
import { openReceiver, type Received, settableClock } from "./webhook-receiver.ts";

const here = { webhookAllow: ["127.0.0.1"] };
const shout = { text: "hello", mark: "!" };

interface Delivery {
  id: string;
  taskId: string;
  type: string;
  state: string;
  attempts: number;
  nextAttemptAt?: number;
  lastAttemptAt?: number;
  lastStatus?: number;
  lastError?: string;
  lastAnswer?: string;
}

/** Creates a task that is told of. */
function createTold(
  server: TestClient,
  webhook: unknown,
  { manifest = "lab::shout", inputs = shout as object, headers = {} } = {},
): Promise<Response> {
  return server.request("/v1/tasks", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ manifest, inputValues: toNodes({ ...inputs }), webhook }),
  });
}

async function secretOf(server: TestClient, headers = {}): Promise<string> {
  return (await server.getJson<{ secret: string }>("/v1/webhooks/secret", { headers })).secret;
}

async function deliveriesOf(server: TestClient, query = "", headers = {}): Promise<Delivery[]> {
  const path = `/v1/webhooks/deliveries?${query}`;
  return (await server.getJson<{ deliveries: Delivery[] }>(path, { headers })).deliveries;
}

/** Once nothing of the task is pending. */
async function outcomeOf(server: TestClient, taskId: string): Promise<Delivery> {
  const look = async () => (await deliveriesOf(server, `taskId=${taskId}`)).at(0);
  await expect.poll(async () => (await look())?.state, { timeout: 20_000 }).toMatch(/delivered|failed/);
  return (await look()) as Delivery;
}

/** Sets the clock forward to each attempt that follows a failure, until there is none. */
async function throughAttempts(
  server: TestClient,
  clock: ReturnType<typeof settableClock>,
  taskId: string,
  type: string,
): Promise<Delivery> {
  let lastAt = 0;
  for (;;) {
    const look = async () =>
      (await deliveriesOf(server, `taskId=${taskId}`)).find((one) => one.type === type) as Delivery;
    const hasEnded = async () => (({ lastAttemptAt = 0 }) => lastAttemptAt > lastAt)(await look());
    await expect.poll(hasEnded, { timeout: 20_000 }).toBe(true);
    const delivery = await look();
    const { state, nextAttemptAt = 0, lastAttemptAt = 0 } = delivery;
    if (state !== "pending") return delivery;
    lastAt = lastAttemptAt;
    clock.advance(nextAttemptAt - clock.now() + 1);
  }
}

const typesOf = (received: readonly Received[]) => received.map(({ event }) => event.type);

describeBothServers(({ open }) => {
  test("the end of a task is told, with its result, signed so that ours and the standard's package take it", async () => {
    await using receiver = await openReceiver();
    await using server = await open(here);
    const id = await idOf(await createTold(server, { url: receiver.url }));
    const [received] = (await receiver.waitFor(1)) as [Received];
    const { task } = await server.getJson<{ task: Record<string, unknown> }>(`/v1/tasks/${id}`);
    const { created_at, updated_at } = task;
    const told = { id, status: "completed", manifest_path: "lab::shout", created_at, updated_at };
    const expected = {
      type: "task.completed",
      timestamp: new Date(updated_at as number).toISOString(),
      data: { task: told, result: expect.objectContaining({ loud: "HELLO!" }) },
    };
    const secret = await secretOf(server);
    expect(new Webhook(secret).verify(received.body, received.headers)).toEqual(expected);
    const verified = await verifyWebhook(received, secret);
    expect(verified.event).toEqual(expected);
    const delivery = await outcomeOf(server, id);
    expect(delivery).toMatchObject({ id: verified.id, taskId: id, state: "delivered", attempts: 1 });
    expect(delivery).toMatchObject({ lastStatus: 204 });
  });

  test("webhooks of a task come in order, each after the one before it is taken or given up", async () => {
    const clock = settableClock();
    await using receiver = await openReceiver({
      answer: (_one, index) => ({ status: index < 3 ? 503 : 204 }),
    });
    await using server = await open({ ...here, webhookParts: { clock } });
    const webhook = { url: receiver.url, events: ["task.stopped", "task.running"] };
    const id = await idOf(await createTold(server, webhook, { manifest: "lab::hang", inputs: {} }));
    await receiver.waitFor(1);
    await server.request(`/v1/tasks/${id}/stop`, { method: "POST" });
    expect(await throughAttempts(server, clock, id, "task.running")).toMatchObject({ attempts: 4 });
    const received = await receiver.waitFor(5);
    expect(typesOf(received)).toEqual([...Array(4).fill("task.running"), "task.stopped"]);
    const ids = received.map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids.slice(0, 4)).size).toBe(1);
    expect(new Set(received.slice(0, 4).map(({ body }) => body)).size).toBe(1);
    expect(await outcomeOf(server, id)).toMatchObject({ state: "delivered", attempts: 1 });
  });

  test("a receiver that is down is tried for a day, ever less often, and the failure is told", async () => {
    const clock = settableClock();
    await using receiver = await openReceiver({
      answer: () => ({ status: 500, body: `broken\u0000\n${"x".repeat(5_000)}` }),
    });
    await using server = await open({ ...here, webhookParts: { clock } });
    const startedAt = clock.now();
    const id = await idOf(await createTold(server, { url: receiver.url }));
    const delivery = await throughAttempts(server, clock, id, "task.completed");
    expect(clock.now() - startedAt).toBeGreaterThan(15 * 3_600_000);
    expect(clock.now() - startedAt).toBeLessThan(25 * 3_600_000);
    expect(receiver.received.length).toBeGreaterThan(8);
    expect(receiver.received.length).toBeLessThan(16);
    expect(delivery.state).toBe("failed");
    expect(delivery.lastError).toBe("It answers 500. It was tried for 24 hours and is given up.");
    expect(delivery.lastAnswer).toBe(`broken ${"x".repeat(193)}`);
  });

  test("one that was given up or delivered is sent again on demand, under the same id", async () => {
    await using receiver = await openReceiver({
      answer: (_one, index) => ({ status: index === 0 ? 410 : 200 }),
    });
    await using server = await open(here);
    const id = await idOf(await createTold(server, { url: receiver.url }));
    const failed = await outcomeOf(server, id);
    expect(failed).toMatchObject({ state: "failed", attempts: 1, lastStatus: 410 });
    const repeat = () => server.request(`/v1/webhooks/deliveries/${failed.id}/repeat`, { method: "POST" });
    expect(await (await repeat()).json()).toMatchObject({ delivery: { id: failed.id } });
    await receiver.waitFor(2);
    expect(await outcomeOf(server, id)).toMatchObject({ state: "delivered", lastStatus: 200 });
    expect((await repeat()).status).toBe(200);
    const received = await receiver.waitFor(3);
    expect(new Set(received.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([failed.id]));
    expect((await server.request("/v1/webhooks/deliveries/none/repeat", { method: "POST" })).status).toBe(
      404,
    );
  });

  test("the reason of a failure is told, of a large result nothing but the end", async () => {
    await using receiver = await openReceiver();
    await using server = await open(here);
    const failing = await idOf(
      await createTold(server, { url: receiver.url }, { manifest: "lab::fail", inputs: {} }),
    );
    await receiver.waitFor(1);
    const large = { inputs: { text: "x".repeat(300_000), mark: "!" } };
    const long = await idOf(await createTold(server, { url: receiver.url }, large));
    const [failed, completed] = await receiver.waitFor(2);
    expect(failed?.event).toMatchObject({ type: "task.failed", data: { task: { id: failing } } });
    expect(failed?.event.data.error).toContain(failing);
    expect(failed?.event.data.error).not.toContain("\n    at ");
    expect(completed?.event.data).toEqual({ task: expect.objectContaining({ id: long }) });
  });

  test("a form may ask for it, and the same key with another webhook is another request", async () => {
    await using receiver = await openReceiver();
    await using server = await open(here);
    await using client = new OomolConnectClient({ baseUrl: server.url });
    const file = { data: new Blob(["a"]), name: "a.txt" };
    const request = { blockId: "lab::one-file", files: [file], webhook: { url: receiver.url } };
    const { task } = await client.tasks.create(request);
    const [received] = (await receiver.waitFor(1)) as [Received];
    expect(received.event.data.task.id).toBe(task.id);
    const headers = { "Idempotency-Key": "once" };
    const first = await idOf(await createTold(server, { url: receiver.url }, { headers }));
    expect(await idOf(await createTold(server, { url: receiver.url }, { headers }))).toBe(first);
    expect((await createTold(server, { url: `${receiver.url}2` }, { headers })).status).toBe(422);
  });

  test("callers have secrets of their own, and see and repeat their own webhooks alone", async () => {
    await using receiver = await openReceiver();
    const tokens = [
      { name: "ann", token: "ann", roles: ["run"] as const },
      { name: "bob", token: "bob", roles: ["run"] as const },
      { name: "ops", token: "ops", roles: ["admin"] as const },
      { name: "shop", token: "shop", roles: ["install"] as const },
    ];
    await using server = await open({ ...here, tokens });
    const as = (Authorization: string) => ({ Authorization });
    await idOf(await createTold(server, { url: receiver.url }, { headers: as("ann") }));
    const [received] = (await receiver.waitFor(1)) as [Received];
    const [ann, bob] = [await secretOf(server, as("ann")), await secretOf(server, as("bob"))];
    expect(ann).not.toBe(bob);
    expect(await verifyWebhook(received, ann)).toMatchObject({ event: { type: "task.completed" } });
    await expect(verifyWebhook(received, bob)).rejects.toMatchObject({ fault: "wrong-signature" });
    const [delivery] = (await deliveriesOf(server, "", as("ann"))) as [Delivery];
    expect(await deliveriesOf(server, "", as("ops"))).toHaveLength(1);
    expect(await deliveriesOf(server, "", as("bob"))).toEqual([]);
    expect(await deliveriesOf(server, `taskId=${delivery.taskId}`, as("bob"))).toEqual([]);
    const repeat = (token: string) =>
      server.request(`/v1/webhooks/deliveries/${delivery.id}/repeat`, { method: "POST", headers: as(token) });
    expect((await repeat("bob")).status).toBe(404);
    expect((await repeat("shop")).status).toBe(403);
    expect((await repeat("ops")).status).toBe(200);
    await receiver.waitFor(2);
    expect((await server.request("/v1/webhooks/secret", { headers: as("shop") })).status).toBe(403);
  });

  test("after a rotation both secrets sign for a day, and then the new one alone", async () => {
    const clock = settableClock();
    await using receiver = await openReceiver();
    await using server = await open({ ...here, webhookParts: { clock } });
    await using client = new OomolConnectClient({ baseUrl: server.url });
    const webhooks = await client.webhooks();
    const old = await webhooks.secret();
    expect(await webhooks.secret()).toEqual(old);
    const rotated = await webhooks.rotateSecret();
    expect(rotated.secret).not.toBe(old.secret);
    expect(rotated.previousUntil).toBeGreaterThan(clock.now() + 86_000_000);
    await client.tasks.create({ blockId: "lab::shout", inputValues: shout, webhook: { url: receiver.url } });
    const [both] = (await receiver.waitFor(1)) as [Received];
    const now = { now: () => clock.now() };
    for (const { secret } of [old, rotated]) await verifyWebhook(both, secret, now);
    clock.advance(86_400_001);
    const [delivery] = (await webhooks.list()).deliveries;
    await webhooks.repeat(delivery?.id ?? "");
    const [, after] = (await receiver.waitFor(2)) as [Received, Received];
    await verifyWebhook(after, rotated.secret, now);
    await expect(verifyWebhook(after, old.secret, now)).rejects.toMatchObject({ fault: "wrong-signature" });
    expect((await webhooks.secret()).previousUntil).toBeUndefined();
  });

  test("what a deleted task has told is forgotten, what it has yet to tell comes without its result", async () => {
    const clock = settableClock();
    await using receiver = await openReceiver({
      answer: (_one, index) => ({ status: index === 1 ? 500 : 204 }),
    });
    await using server = await open({ ...here, webhookParts: { clock } });
    const told = await idOf(await createTold(server, { url: receiver.url }));
    await outcomeOf(server, told);
    const later = await idOf(await createTold(server, { url: receiver.url }));
    await expect
      .poll(async () => (await deliveriesOf(server, `taskId=${later}`)).at(0)?.lastStatus)
      .toBe(500);
    for (const id of [told, later]) {
      await expect
        .poll(async () => (await server.request(`/v1/tasks/${id}`, { method: "DELETE" })).status)
        .toBe(200);
    }
    expect(await deliveriesOf(server)).toMatchObject([{ taskId: later, state: "pending" }]);
    expect(await throughAttempts(server, clock, later, "task.completed")).toMatchObject({ attempts: 2 });
    expect(receiver.received[2]?.event.data).toEqual({ task: expect.objectContaining({ id: later }) });
  });

  test("lists webhooks page by page, and counts them", async () => {
    await using receiver = await openReceiver({ answer: () => ({ status: 410 }) });
    await using server = await open(here);
    await using client = new OomolConnectClient({ baseUrl: server.url });
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const id = await idOf(await createTold(server, { url: receiver.url }));
      await outcomeOf(server, id);
      ids.unshift(id);
    }
    const webhooks = await client.webhooks();
    const first = await webhooks.list({ limit: 2, state: "failed" });
    const rest = await webhooks.list({ limit: 2, before: first.next ?? "" });
    const listed = [...first.deliveries, ...rest.deliveries].map(({ taskId }) => taskId);
    expect([listed, rest.next]).toEqual([ids, undefined]);
    expect(await deliveriesOf(server, "state=pending")).toEqual([]);
    for (const query of ["state=odd", "limit=0", "before=x"])
      expect((await server.request(`/v1/webhooks/deliveries?${query}`)).status).toBe(400);
  });
});

describeBothServers(({ shared }) => {
  test.each([
    ["no object", "x", '"webhook" must be { url, events? }.'],
    ["no address", { url: 7 }, '"webhook" must be { url, events? }.'],
    ["a file", { url: "file:///etc/passwd" }, "it is no http or https address"],
    ["a password", { url: "https://me:secret@example.com/" }, "it holds a user or a password"],
    ["too long", { url: `https://example.com/${"x".repeat(2_050)}` }, "it has more than 2048 characters"],
    ["this machine", { url: "http://127.0.0.1:8080/" }, "127.0.0.1 is no public address"],
    ["this machine in other words", { url: "http://0x7f.1/" }, "127.0.0.1 is no public address"],
    ["this machine in IPv6", { url: "http://[::ffff:127.0.0.1]/" }, "is no public address"],
    ["the data of a cloud", { url: "http://169.254.169.254/latest" }, "169.254.169.254 is no public address"],
    ["no events", { url: "https://example.com/", events: [] }, '"events" of the webhook must be some of'],
    ["odd events", { url: "https://example.com/", events: ["task.born"] }, "must be some of"],
    ["an event twice", { url: "https://example.com/", events: ["task.failed", "task.failed"] }, "each once"],
  ])("refuses %s at once", async (_what, webhook, sentence) => {
    const refusal = await refusalOf(await createTold(shared(), webhook));
    expect(refusal).toEqual({ status: 400, message: expect.stringContaining(sentence) });
  });
});

test("who has too much waiting is told so, and nobody else", async () => {
  const tokens = ["ann", "bob"].map((name) => ({ name, token: name, roles: ["run"] as const }));
  await using data = await makeDataDirectory();
  {
    await using first = await openTestServer({ ...here, tokens, dataDirectory: data.path });
    await first.close();
  }
  const database = new DatabaseSync(join(data.path, "connect.db"));
  database.exec(`with recursive many(n) as (select 1 union all select n + 1 from many where n < 10000)
    insert into webhooks (task_id, caller, url, events) select n, 'name:ann', 'http://127.0.0.1:9/', ' task.failed ' from many`);
  database.close();
  await using server = await openTestServer({ ...here, tokens, dataDirectory: data.path });
  const create = (Authorization: string) =>
    createTold(server, { url: "http://127.0.0.1:9/" }, { headers: { Authorization } });
  const refused = await create("ann");
  expect([refused.status, refused.headers.get("Retry-After")]).toEqual([429, "60"]);
  expect((await refusalOf(refused)).message).toContain("10000 webhooks wait for their receivers already");
  expect((await create("bob")).status).toBe(200);
});

test("attempts are counted by how they ended, and what is pending as well", async () => {
  await using receiver = await openReceiver({
    answer: (_one, index) => ({ status: [204, 410, 500][index] ?? 204 }),
  });
  await using server = await openTestServer(here);
  for (const state of ["delivered", "failed"])
    expect(
      await outcomeOf(server, await idOf(await createTold(server, { url: receiver.url }))),
    ).toMatchObject({ state });
  await createTold(server, { url: receiver.url });
  const metrics = async () => (await fetch(new URL("/metrics", server.url))).text();
  await expect.poll(metrics).toContain('connect_webhook_attempts_total{outcome="retried"} 1');
  const text = await metrics();
  expect(text).toContain('connect_webhook_attempts_total{outcome="delivered"} 1');
  expect(text).toContain('connect_webhook_attempts_total{outcome="failed"} 1');
  expect(text).toContain("connect_webhooks_pending 1");
});

test("a server that does not announce webhooks hears of none, as one of the field", async () => {
  await using receiver = await openReceiver();
  await using server = await openTestServer({ ...here, extensions: ["wait"] });
  const id = await idOf(await createTold(server, { url: "nonsense" }));
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  for (const path of ["/v1/webhooks/secret", "/v1/webhooks/deliveries"])
    expect(await refusalOf(await server.request(path))).toMatchObject({ status: 404 });
  expect(receiver.received).toEqual([]);
});
