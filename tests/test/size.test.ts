import { expect, test } from "vitest";
import { bundleSize } from "./helpers/bundle-size.ts";

const code =
  'import { OomolConnectClient } from "@oomol/connect-core"; globalThis.client = new OomolConnectClient();';

// Ceilings, not aims: what an honest reason may raise. `pnpm bench page` tells what each kB is.
test("the client costs a page at most 16 kB, with validation, retries and waiting", async () => {
  const { firstLoadGzipBytes, wholeGzipBytes } = await bundleSize(code);
  // 0.1 of it: a ky instance of the caller's own, and that an address may lack /api; 0.2: files by input, problems of packages; 0.05: the status, why a task waits, and
  // the end of requests whose answers are left.
  expect(firstLoadGzipBytes).toBeLessThan(16_000);
  // Loaded where it is used: sending files and their progress 4.3 kB, an event-stream parser and what reads it 3.3, downloads 2.8,
  // inputs that are no plain JSON 1.7, installing and waiting for it 1.2, deleting 0.3, running an applet 0.6, the newest of the blocks 0.9,
  // a creation that streams 0.5, many runs 0.8, lists of tasks and all logs 1.2,
  // numbers that a double cannot hold 0.7, the order of files for a server that does not take their inputs 1.0, the status 0.7,
  // one stream for many runs 3.0, webhooks 0.8, uploads that resume 3.6.
  expect(wholeGzipBytes).toBeLessThan(43_900);
});

test("a page that has sent files and shown their progress has loaded at most 20 kB", async () => {
  const { loadedGzipBytes } = await bundleSize(code);
  const loaded = loadedGzipBytes(["create-with-files", "upload-source", "upload-progress"]);
  expect(loaded).toBeLessThan(20_000);
  expect(loaded).toBeGreaterThan(loadedGzipBytes([]) + 2_000);
});

test("control: the measure sees what is imported", async () => {
  const little = await bundleSize(
    'import { BackoffStrategy } from "@oomol/connect-core"; globalThis.b = BackoffStrategy;',
  );
  expect(little.firstLoadGzipBytes).toBeGreaterThan(50);
  expect(little.firstLoadGzipBytes).toBeLessThan(10_000);
});
