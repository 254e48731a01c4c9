import { expect, test } from "vitest";
import { bundleSize } from "./helpers/bundle-size.ts";

// Ceilings, not aims: what an honest reason may raise, with the reason beside it.
test("the client costs a page at most 21 kB", async () => {
  const code =
    'import { OomolConnectClient } from "@oomol/connect-core"; globalThis.client = new OomolConnectClient();';
  const { firstLoadGzipBytes, wholeGzipBytes } = await bundleSize(code);
  // zod/mini 5.3 kB, our own code the rest: most of it sentences that say what went wrong.
  expect(firstLoadGzipBytes).toBeLessThan(21_000);
  // Loaded only towards a server that streams: an event-stream parser, 1.9 kB.
  expect(wholeGzipBytes).toBeLessThan(23_500);
});

test("control: the measure sees what is imported", async () => {
  const little = await bundleSize(
    'import { BackoffStrategy } from "@oomol/connect-core"; globalThis.b = BackoffStrategy;',
  );
  expect(little.firstLoadGzipBytes).toBeGreaterThan(50);
  expect(little.firstLoadGzipBytes).toBeLessThan(8_000);
});
