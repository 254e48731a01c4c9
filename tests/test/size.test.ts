import { expect, test } from "vitest";
import { bundleSize } from "./helpers/bundle-size.ts";

// Ceilings, not aims: what an honest reason may raise, with the reason beside it.
test("the client costs a page at most 22.5 kB", async () => {
  const code =
    'import { OomolConnectClient } from "@oomol/connect-core"; globalThis.client = new OomolConnectClient();';
  const { firstLoadGzipBytes, wholeGzipBytes } = await bundleSize(code);
  // The aim is 20 kB. zod/mini takes 5.8 of it, eventual uploads and their progress 1.6, sentences that say what went
  // wrong most of the rest.
  expect(firstLoadGzipBytes).toBeLessThan(22_500);
  // Loaded only towards a server that streams: an event-stream parser, 1.9 kB.
  expect(wholeGzipBytes).toBeLessThan(26_000);
});

test("control: the measure sees what is imported", async () => {
  const little = await bundleSize(
    'import { BackoffStrategy } from "@oomol/connect-core"; globalThis.b = BackoffStrategy;',
  );
  expect(little.firstLoadGzipBytes).toBeGreaterThan(50);
  expect(little.firstLoadGzipBytes).toBeLessThan(10_000);
});
