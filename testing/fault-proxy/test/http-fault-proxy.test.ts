import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { type HttpFaultKind, openHttpFaultProxy } from "../src/index.ts";

const text = "The answer, whole. ".repeat(20);

/** A server that counts what reaches it, behind a proxy that strikes each request in one way. */
async function openServed(kind: HttpFaultKind | undefined, where = 0.5, howLong = 0.5) {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray().catch(() => ["(cut)"]);
    bodies.push(chunks.join(""));
    response.end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const plan = { draw: () => (kind ? { kind, where, howLong } : undefined) };
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy = await openHttpFaultProxy({ target, plan, longestStallMs: 50 });
  return {
    bodies,
    proxy,
    post: (body: string, init: RequestInit = {}) =>
      fetch(`${proxy.origin}/a?b=c`, { method: "POST", body, ...init }),
    async [Symbol.asyncDispose]() {
      await proxy.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

test("passes on what is not struck, as it is", async () => {
  await using served = await openServed(undefined);
  const answer = await served.post("hello");
  expect([answer.status, await answer.text(), served.bodies]).toEqual([200, text, ["hello"]]);
});

test("refuse: the server never hears of it", async () => {
  await using served = await openServed("refuse");
  await expect(served.post("hello")).rejects.toThrow("fetch failed");
  expect(served.bodies).toEqual([]);
});

test("reset-request: the server gets only the beginning", async () => {
  await using served = await openServed("reset-request");
  await expect(served.post("x".repeat(100_000))).rejects.toThrow("fetch failed");
  await expect.poll(() => served.bodies).toEqual(["(cut)"]);
});

test.each(["reset-answer", "truncate"] as const)(
  "%s: the work is done, the answer is not whole",
  async (kind) => {
    await using served = await openServed(kind);
    await expect(served.post("hello").then((answer) => answer.text())).rejects.toThrow("terminated");
    expect(served.bodies).toEqual(["hello"]);
  },
);

test("stall: the answer is whole in the end, or not before the client gives up", async () => {
  await using served = await openServed("stall");
  expect(await (await served.post("hello")).text()).toBe(text);
  await using forGood = await openServed("stall", 0.5, 0.9);
  const answer = await forGood.post("hello", { signal: AbortSignal.timeout(200) });
  await expect(answer.text()).rejects.toThrow("timeout");
  await expect.poll(() => forGood.proxy.requests()).toBe(0);
});

test("slow: the answer is whole", async () => {
  await using served = await openServed("slow");
  expect(await (await served.post("hello")).text()).toBe(text);
});

test("duplicate: the server gets it twice, the client one answer", async () => {
  await using served = await openServed("duplicate");
  expect(await (await served.post("hello")).text()).toBe(text);
  expect(served.bodies).toEqual(["hello", "hello"]);
});

test("gateway: a page of its own, before or after the work", async () => {
  await using before = await openServed("gateway", 0.1);
  expect((await before.post("hello")).status).toBe(503);
  expect(before.bodies).toEqual([]);
  await using after = await openServed("gateway", 0.9);
  const answer = await after.post("hello");
  expect([answer.headers.get("content-type"), after.bodies]).toEqual(["text/html", ["hello"]]);
});

test("reorder: a later request overtakes", async () => {
  const faults: (HttpFaultKind | undefined)[] = ["reorder", undefined];
  await using served = await openServed(undefined);
  const { bodies } = served;
  const target = served.proxy.origin;
  const plan = {
    draw: () => {
      const kind = faults.shift();
      return kind && { kind, where: 1, howLong: 20 };
    },
  };
  await using proxy = await openHttpFaultProxy({ target, plan });
  const first = fetch(proxy.origin, { method: "POST", body: "first" });
  await expect.poll(() => proxy.requests()).toBe(1);
  const second = fetch(proxy.origin, { method: "POST", body: "second" });
  await Promise.all([first, second]);
  expect(bodies).toEqual(["second", "first"]);
});
