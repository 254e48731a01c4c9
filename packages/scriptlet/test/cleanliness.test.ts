import { asyncWrapProviders } from "node:async_hooks";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { resourceKinds } from "../src/executor/cleanliness/resource-kinds.ts";
import { harmlessBlocks } from "./helpers/harmless-blocks.ts";
import { hostileBlocks } from "./helpers/hostile-blocks.ts";
import { openWatchedProcess } from "./helpers/open-watched-process.ts";

test.for(Object.entries(hostileBlocks))(
  "notices that a block leaves %s",
  async ([, { leaves, says, source }]) => {
    await using server = await openEndlessServer();
    await using watched = await openWatchedProcess();
    const { leftovers, error } = await watched.run(source, server.inputs);
    expect(error).toBeUndefined();
    expect(leftovers).toContainEqual({ kind: leaves, description: expect.stringMatching(says) });
  },
);

test("a process that ran one harmless block after the other is clean after each", async () => {
  await using server = await openEndlessServer();
  await using watched = await openWatchedProcess();
  // Twice: what is loaded the first time is there the second.
  for (const [name, source] of [...Object.entries(harmlessBlocks), ...Object.entries(harmlessBlocks)]) {
    const { leftovers, error } = await watched.run(source, server.inputs, 2_000);
    expect({ name, leftovers, error }).toEqual({ name, leftovers: [], error: undefined });
  }
});

test.each(["JSON", "process", "String.prototype"])(
  "a hidden property of %s is noticed within sixteen jobs, however closely they follow",
  async (owner) => {
    await using watched = await openWatchedProcess();
    const hidden = `Object.defineProperty(${owner}, "leaked", { value: 1, configurable: true });`;
    expect((await watched.run("export default () => {};")).leftovers).toEqual([]);
    const found = [(await watched.run(`export default () => { ${hidden} };`)).leftovers];
    while (found.length < 16) found.push((await watched.run("export default () => {};")).leftovers);
    expect(found.at(-1)).toEqual([{ kind: expect.any(String), description: `a new leaked of ${owner}` }]);
  },
);

test("a block that is compiled leaves no compiler", async () => {
  await using watched = await openWatchedProcess();
  const source = "export default (inputs: object): void => undefined;";
  expect(await watched.run(source, {}, 2_000, "ts")).toMatchObject({ leftovers: [] });
});

test("a process that a block has left something in stays unclean", async () => {
  await using watched = await openWatchedProcess();
  await watched.run(`export default () => { globalThis.left = 1; };`);
  const { leftovers } = await watched.run(`export default () => { delete globalThis.left; };`);
  expect(leftovers).toEqual([{ kind: "global", description: "a new left of globalThis" }]);
});

test("code of a job that goes on while a later one runs is noticed", async () => {
  await using watched = await openWatchedProcess();
  // Nothing is at work that could settle the promise, so the first job is clean; the second settles it.
  const shared = `import { waiting } from "./waiting.mjs";`;
  await watched.write("waiting.mjs", `export const waiting = { resume: undefined };`);
  const first = await watched.run(
    `${shared}
     const goOn = async () => { await new Promise((resolve) => { waiting.resume = resolve; }); setTimeout(() => {}, 1); };
     export default async () => { await new Promise(setImmediate); setImmediate(() => {}); goOn(); };`,
  );
  const second = await watched.run(`${shared} export default () => waiting.resume();`);
  expect(first.leftovers).toEqual([]);
  expect(second.leftovers).toContainEqual({
    kind: "late",
    description: "code that went on after the block had ended",
  });
});

test("a rejection after the end is the process's, and no later job's", async () => {
  await using watched = await openWatchedProcess();
  const { leftovers, error } = await watched.run(
    `export default () => { setTimeout(() => { Promise.reject(new Error("late")); }, 20); };`,
  );
  expect(error).toBeUndefined();
  expect(leftovers).toEqual([{ kind: "rejection", description: "a late failure: Error: late" }]);
});

test("knows of each type of resource that Node.js has whether it counts", () => {
  const unknown = Object.keys(asyncWrapProviders).filter((type) => !(type in resourceKinds));
  // Those that do nothing by themselves, or stand on one that counts. A type that is new here has to be looked at.
  expect(unknown.filter((type) => !harmlessTypes.has(type))).toEqual([]);
});

const harmlessTypes = new Set(
  `NONE DIRHANDLE DNSCHANNEL ELDHISTOGRAM BLOBREADER HEAPSNAPSHOT HTTP2SESSION HTTP2STREAM HTTP2PING HTTP2SETTINGS
   HTTPINCOMINGMESSAGE HTTPCLIENTREQUEST LOCKS DTLS_SESSION JSSTREAM PIPECONNECTWRAP PROMISE QUIC_LOGSTREAM QUIC_SESSION
   QUIC_STREAM SHUTDOWNWRAP SIGNALWRAP STREAMPIPE TCPCONNECTWRAP UDPSENDWRAP SIGINTWATCHDOG WORKERCPUPROFILE
   WORKERCPUUSAGE WORKERHEAPPROFILE WORKERHEAPSNAPSHOT WORKERHEAPSTATISTICS WRITEWRAP TLSWRAP`.split(/\s+/),
);

/** Answers at once, but `/endless`, whose answer never ends. */
async function openEndlessServer() {
  const server = createServer((request, response) => {
    if (request.url === "/endless") response.write("x".repeat(10_000));
    else response.end(JSON.stringify({ ok: true }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    inputs: { port, url: `http://127.0.0.1:${port}` },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
