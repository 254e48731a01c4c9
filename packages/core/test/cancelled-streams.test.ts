import { serve } from "@oomol/test-helpers/serve";
import { afterEach, expect, test, vi } from "vitest";
import { openTaskStream } from "../src/run/task-stream.ts";
import { systemClock } from "../src/waiting/delay.ts";

afterEach(() => vi.unstubAllGlobals());

test("in a page, whoever leaves a stream aborts its request, which Firefox would keep otherwise", async () => {
  // What tells a page from other runtimes, when the module is loaded.
  vi.stubGlobal("XMLHttpRequest", class {});
  vi.resetModules();
  const { createFetchTransport } = await import("../src/transport/fetch-transport.ts");
  await using server = await serve((_, response) => void response.write("a"));
  let sent: AbortSignal | null | undefined;
  const transport = createFetchTransport((input, init) => {
    sent = init?.signal;
    return fetch(input, init);
  });
  const { signal } = new AbortController();
  const request = { method: "GET", url: `${server.origin}/`, headers: {}, signal } as const;
  const stream = openTaskStream(await transport.send(request), systemClock, "GET /");
  expect(sent?.aborted).toBe(false);
  await stream.cancel();
  expect(sent?.aborted).toBe(true);
  await server.idle();
});

test("in a page, an abort still ends a stream with its own reason", async () => {
  vi.stubGlobal("XMLHttpRequest", class {});
  vi.resetModules();
  const { createFetchTransport } = await import("../src/transport/fetch-transport.ts");
  await using server = await serve((_, response) => void response.write("a"));
  const abort = new AbortController();
  const request = { method: "GET", url: `${server.origin}/`, headers: {}, signal: abort.signal } as const;
  const reader = (await createFetchTransport().send(request)).stream().getReader();
  await reader.read();
  abort.abort(new Error("enough"));
  await expect(reader.read()).rejects.toThrow("enough");
  await server.idle();
});
