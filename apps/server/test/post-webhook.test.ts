import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { allowedAddresses } from "../src/webhooks/allowed-addresses.ts";
import type { Resolve } from "../src/webhooks/checked-lookup.ts";
import { createPostWebhook } from "../src/webhooks/post-webhook.ts";
import { openReceiver } from "./webhook-receiver.ts";

/** Sends as a server does that has allowed 127.0.0.1 alone; names stand for what `resolve` says. */
function openPost(resolve?: Resolve, timeoutMs = 15_000) {
  const post = createPostWebhook({ allowed: allowedAddresses(["127.0.0.1"]), resolve, timeoutMs });
  return {
    post: (url: string, signal = new AbortController().signal) => post(url, {}, "{}", signal),
    [Symbol.asyncDispose]: () => post.close(),
  };
}

/** Answers each question for a name with the next of these addresses, and the last one for ever. */
function answering(...answers: LookupAddress[][]): Resolve & { asked: number } {
  const resolve = (_host: string, _options: unknown, callback: Parameters<Resolve>[2]) => {
    const found = answers[Math.min(resolve.asked, answers.length - 1)] ?? [];
    resolve.asked += 1;
    setImmediate(callback, null, found);
  };
  resolve.asked = 0;
  return resolve;
}

const v4 = (address: string): LookupAddress => ({ address, family: 4 });

test("a redirect that keeps the request is followed, to addresses that are allowed", async () => {
  await using receiver = await openReceiver({
    answer: ({ path }) =>
      path === "/hooks" ? { status: 307, headers: { location: "/moved" } } : { status: 204 },
  });
  await using sender = openPost();
  expect(await sender.post(receiver.url)).toMatchObject({ isTaken: true, status: 204 });
  expect(receiver.received.map(({ path }) => path)).toEqual(["/hooks", "/moved"]);
});

test.each([
  ["an address that is not allowed", 307, "http://127.0.0.2:9/", "127.0.0.2 is no public address"],
  ["the data of a cloud", 308, "http://169.254.169.254/latest/meta-data", "is no public address"],
  ["this machine in IPv6", 307, "http://[::1]:9/", "::1 is no public address"],
  ["another protocol", 307, "file:///etc/passwd", "it is no http or https address"],
  ["somebody's password", 307, "http://me:pass@127.0.0.1:9/", "it holds a user or a password"],
  ["nowhere", 307, "http://", "or to none"],
  ["a page for browsers", 302, "http://127.0.0.1:9/", "only redirects that keep the request"],
  ["itself, without an end", 307, "/hooks", "It redirects more than 3 times."],
])("a redirect to %s is not followed", async (_what, status, location, sentence) => {
  await using receiver = await openReceiver({ answer: () => ({ status, headers: { location } }) });
  await using sender = openPost();
  const answer = await sender.post(receiver.url);
  expect(answer).toMatchObject({ isTaken: false, error: expect.stringContaining(sentence) });
});

test("a name that stands for a private address is not connected to", async () => {
  await using receiver = await openReceiver();
  for (const address of ["127.0.0.2", "10.0.0.1", "169.254.169.254"]) {
    await using sender = openPost(answering([v4(address)]));
    const answer = await sender.post(`http://rebind.test:${receiver.port}/`);
    expect(answer.error).toContain(`rebind.test stands for ${address}, and ${address} is no public address`);
  }
  await using sixth = openPost(answering([{ address: "::ffff:10.0.0.1", family: 6 }]));
  expect((await sixth.post(`http://rebind.test:${receiver.port}/`)).error).toContain("is no public address");
  expect(receiver.received).toEqual([]);
});

test("the connection goes to the address that was checked, whatever the name stands for after that", async () => {
  await using receiver = await openReceiver();
  const resolve = answering([v4("127.0.0.1")], [v4("127.0.0.2")]);
  await using sender = openPost(resolve);
  expect(await sender.post(`http://rebind.test:${receiver.port}/`)).toMatchObject({ isTaken: true });
  expect(resolve.asked).toBe(1);
});

test("of several addresses only those that are allowed are tried", async () => {
  await using receiver = await openReceiver();
  await using sender = openPost(answering([v4("127.0.0.2"), v4("127.0.0.1"), { address: "::1", family: 6 }]));
  expect(await sender.post(`http://both.test:${receiver.port}/`)).toMatchObject({ isTaken: true });
});

test("a redirect to a name is resolved and checked as the first address is", async () => {
  await using receiver = await openReceiver({
    answer: () => ({ status: 307, headers: { location: "http://inside.test:9/" } }),
  });
  await using sender = openPost(answering([v4("10.0.0.7")]));
  expect((await sender.post(receiver.url)).error).toContain("inside.test stands for 10.0.0.7");
});

test("of an endless answer the beginning is read, and the connection is let go", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write("HTTP/1.1 500 Trouble\r\ncontent-type: text/plain\r\n\r\n");
    const more = () => {
      while (!socket.destroyed && socket.write("x".repeat(1_000)));
    };
    socket.on("drain", more);
    socket.once("data", more);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  await using sender = openPost();
  const { port } = server.address() as AddressInfo;
  const gone = once(server, "connection").then(
    ([socket]) => new Promise((resolve) => socket.once("close", resolve)),
  );
  const answer = await sender.post(`http://127.0.0.1:${port}/`);
  expect(answer).toMatchObject({ status: 500, error: "It answers 500.", text: "x".repeat(200) });
  await gone;
  server.close();
});

test("a receiver that says nothing, or stops in the middle of its head, is given up", async () => {
  for (const said of ["", "HTTP/1.1 200 OK\r\nx: "]) {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.write(said);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    await using sender = openPost(undefined, 300);
    const { port } = server.address() as AddressInfo;
    const answer = await sender.post(`http://127.0.0.1:${port}/`);
    expect(answer).toEqual({ isTaken: false, isUnwanted: false, error: "It took longer than 0.3 seconds." });
    server.close();
  }
});

test("an end of the server breaks an attempt off, which is no failure of the receiver", async () => {
  const closing = new AbortController();
  await using receiver = await openReceiver({
    answer: async () => {
      closing.abort(new Error("it closes"));
      return { status: 204 };
    },
  });
  await using sender = openPost();
  await expect(sender.post(receiver.url, closing.signal)).rejects.toThrow("it closes");
});

test.each([
  ["7", 7_000],
  ["86400", 3_600_000],
  ["-1", undefined],
  ["Wed, 21 Oct 2026 07:28:00 GMT", undefined],
])("Retry-After: %s is heeded within reason", async (header, retryAfterMs) => {
  await using receiver = await openReceiver({
    answer: () => ({ status: 429, headers: { "retry-after": header } }),
  });
  await using sender = openPost();
  expect((await sender.post(receiver.url)).retryAfterMs).toBe(retryAfterMs);
});
