import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
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
