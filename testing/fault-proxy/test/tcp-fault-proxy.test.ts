import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { createFaultPlan, openTcpFaultProxy, type TcpFaultKind } from "../src/index.ts";

const text = "all of these bytes, in order; ".repeat(200);

async function openEcho() {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => void server.close() };
}

/** What comes back of the text, and how the connection ended. */
async function echoThrough(kinds: readonly TcpFaultKind[], share = 1) {
  using echo = await openEcho();
  const plan = createFaultPlan({ seed: 7, share, kinds });
  await using proxy = await openTcpFaultProxy({
    target: { host: "127.0.0.1", port: echo.port },
    plan,
    longestStallMs: 50,
  });
  const socket = connect(proxy.port, "127.0.0.1");
  let heard = "";
  let error: string | undefined;
  socket.on("data", (chunk) => (heard += chunk));
  socket.on("error", (failure: NodeJS.ErrnoException) => (error = failure.code));
  socket.end(text);
  await new Promise((resolve) => socket.once("close", resolve));
  await expect.poll(() => proxy.connections()).toBe(0);
  return { heard, error };
}

test.each(["stall", "slow", "split"] as const)("%s: everything arrives, in order", async (kind) => {
  expect(await echoThrough([kind])).toEqual({ heard: text, error: undefined });
});

test("nothing happens to what is spared", async () => {
  expect(await echoThrough(["reset"], 0)).toEqual({ heard: text, error: undefined });
});

test("reset: what arrived is a beginning, and the connection breaks", async () => {
  const { heard, error } = await echoThrough(["reset"]);
  expect(error).toBe("ECONNRESET");
  expect(text.startsWith(heard) && heard.length < text.length).toBe(true);
});

test("truncate: what arrived is a beginning", async () => {
  const { heard } = await echoThrough(["truncate"]);
  expect(text.startsWith(heard) && heard.length < text.length).toBe(true);
});

test("refuse: reset at once", async () => {
  expect(await echoThrough(["refuse"])).toEqual({ heard: "", error: "ECONNRESET" });
});

test("the same seed strikes the same ones", () => {
  const drawAll = (seed: number) => {
    const plan = createFaultPlan({ seed, share: 0.3, kinds: ["reset", "stall"] as const });
    return { faults: Array.from({ length: 200 }, () => plan.draw()), tally: plan.tally };
  };
  expect(drawAll(1)).toEqual(drawAll(1));
  expect(drawAll(1)).not.toEqual(drawAll(2));
  const { tally } = drawAll(1);
  expect(tally.reset + tally.stall).toBeGreaterThan(40);
});

test("silence: nothing passes, nobody is told, and only later connections work again", async () => {
  using echo = await openEcho();
  const plan = createFaultPlan({ seed: 7, share: 0, kinds: ["reset" as const] });
  await using proxy = await openTcpFaultProxy({ target: { host: "127.0.0.1", port: echo.port }, plan });
  const open = async () => {
    const socket = connect(proxy.port, "127.0.0.1");
    socket.on("error", () => undefined); // of the end, when the proxy closes
    await once(socket, "connect");
    return socket;
  };
  const [before, ending] = [await open(), await open()];
  before.write("heard");
  expect(String((await once(before, "data"))[0])).toBe("heard");
  proxy.silence();
  const during = await open();
  const heard: string[] = [];
  for (const socket of [before, during, ending]) {
    socket.on("data", (chunk) => heard.push(String(chunk))).on("close", () => heard.push("closed"));
  }
  before.write("lost");
  during.write("lost");
  ending.end("lost");
  proxy.endSilence();
  before.write("lost");
  const after = await open();
  after.write("heard");
  expect(String((await once(after, "data"))[0])).toBe("heard");
  expect(heard).toEqual([]);
  for (const socket of [before, during, ending, after]) socket.destroy();
});

test("redirect: what is open is reset, and later connections lead elsewhere", async () => {
  using echo = await openEcho();
  const other = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end("the other");
  });
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  const plan = createFaultPlan({ seed: 7, share: 0, kinds: ["reset" as const] });
  await using proxy = await openTcpFaultProxy({ target: { host: "127.0.0.1", port: echo.port }, plan });
  const before = connect(proxy.port, "127.0.0.1");
  before.write("heard");
  await once(before, "data");
  proxy.redirect({ host: "127.0.0.1", port: (other.address() as AddressInfo).port });
  expect((await once(before, "error"))[0]).toMatchObject({ code: "ECONNRESET" });
  const after = connect(proxy.port, "127.0.0.1");
  expect(String((await once(after, "data"))[0])).toBe("the other");
  after.destroy();
  other.close();
});
