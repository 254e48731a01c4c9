import { InvalidInputError, UnsupportedError } from "@oomol/connect-core";
import { expect, test } from "vitest";
import { serve } from "./helpers/serve.ts";

const webhook = { url: "https://app.test/hooks", events: ["task.failed"] as const };
const request = { blockId: "pkg::say", inputValues: { text: "hi" }, webhook };

const bodiesOf = (server: Awaited<ReturnType<typeof serve>>) =>
  server.fake.requestsTo("POST", /^\/v1\/tasks$/).map(({ body }) => JSON.parse(body ?? ""));

test("a webhook goes with the creation of a task, whichever method creates it", async () => {
  await using server = await serve({ extensions: ["webhooks", "wait", "events", "idempotency"] });
  const { tasks } = server.client;
  await tasks.create(request);
  await tasks.run(request);
  await tasks.createAndWait(request);
  const run = await tasks.start(request);
  await run.result();
  expect(bodiesOf(server).map((body) => body.webhook)).toEqual(Array(4).fill(webhook));
  expect(server.fake.requestsTo("GET", /^\/v1\/blocks/)).toHaveLength(1); // the first answer tells
});

test("it is a field of the form if there are files", async () => {
  const forms: FormData[] = [];
  await using server = await serve({ extensions: ["webhooks"] }, {});
  const { handle } = server.fake;
  server.fake.handle = async (given) => {
    if (given.method === "POST") forms.push(await given.clone().formData());
    return handle.call(server.fake, given);
  };
  await server.client.tasks.create({
    blockId: "pkg::say",
    files: [{ data: new Blob(["a"]), name: "a.txt" }],
    webhook,
  });
  expect(forms.map((form) => JSON.parse(String(form.get("webhook"))))).toEqual([webhook]);
});

test("a server that sends no webhooks gets no task, since nobody would hear of it", async () => {
  await using server = await serve({ extensions: ["wait"] });
  await expect(server.client.tasks.run(request)).rejects.toMatchObject({ extension: "webhooks" });
  await expect(server.client.tasks.create(request)).rejects.toBeInstanceOf(UnsupportedError);
  expect(server.fake.tasks.size).toBe(0);
});

test.each([
  ["webhook.url", { url: "ftp://app.test" }],
  ["webhook.url", { url: 7 }],
  ["webhook.events", { url: "https://app.test", events: "task.failed" }],
])("what cannot be sent is told before anything is: %s", async (path, wrong) => {
  await using server = await serve({ extensions: ["webhooks"] });
  const creating = server.client.tasks.create({ ...request, webhook: wrong as typeof webhook });
  await expect(creating).rejects.toMatchObject({ path, name: "InvalidInputError" });
  await expect(creating).rejects.toBeInstanceOf(InvalidInputError);
  expect(server.fake.requests).toEqual([]);
});

test("the secret is shown and replaced, and what was sent is listed and repeated", async () => {
  await using server = await serve({ extensions: ["webhooks"] });
  const sent = {
    id: "msg_1",
    taskId: "task-1",
    type: "task.completed",
    url: webhook.url,
    state: "failed",
    attempts: 3,
    createdAt: 1,
  };
  server.fake.webhooks.deliveries.push({ ...sent });
  const webhooks = await server.client.webhooks();
  const { secret } = await webhooks.secret();
  const rotated = await webhooks.rotateSecret();
  expect([secret, rotated.secret].every((one) => one.startsWith("whsec_"))).toBe(true);
  expect(rotated.secret).not.toBe(secret);
  const query = { limit: 5, before: "9", state: "failed", taskId: "task-1" } as const;
  expect((await webhooks.list(query)).deliveries).toEqual([sent]);
  expect(server.fake.requests.at(-1)?.path).toBe(
    "/v1/webhooks/deliveries?limit=5&before=9&state=failed&taskId=task-1",
  );
  expect(await webhooks.repeat("msg_1")).toEqual({ ...sent, state: "pending" });
});

test("a server without webhooks has no secret, known before or by its first answer", async () => {
  await using server = await serve();
  const webhooks = await server.client.webhooks();
  await expect(webhooks.secret()).rejects.toBeInstanceOf(UnsupportedError);
  await using other = await serve({ extensions: ["wait"] });
  await other.client.blocks.list();
  await expect((await other.client.webhooks()).list()).rejects.toMatchObject({ extension: "webhooks" });
  expect(other.fake.requestsTo("GET", /webhooks/)).toEqual([]);
});
