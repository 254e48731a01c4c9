import { expect, test } from "vitest";
import { bundleSize } from "./helpers/bundle-size.ts";

// Ceilings, not aims: what an honest reason may raise, with the reason beside it.
test("the client costs a page at most 19.8 kB", async () => {
  const code =
    'import { OomolConnectClient } from "@oomol/connect-core"; globalThis.client = new OomolConnectClient();';
  const { firstLoadGzipBytes, wholeGzipBytes } = await bundleSize(code);
  // Sentences that say what went wrong take a good part of it. Runtimes without
  // `redirect: "error"`, pauses that grow without end and deadlines in the past cost 0.1 of it; that an abort leaves no task
  // running which nobody knows of, that a result may follow a wait without logs and that gateways hold streams back, 0.2; that a creation without an answer
  // says so, that token functions may fail and that the time for an applet covers its listing, 0.2; that an id is one segment of a path
  // and nothing else, 0.2, most of it for a chunk of its own; that any
  // request may have files, which are taken before anything is awaited, 0.2; that a creation may be what waits, 0.5;
  // that events carry what blocks print, put out and return, each with the way to its node, 0.9;
  // that a value which JSON cannot carry is named instead of being sent empty, 0.4; that a wait comes to its end
  // behind any gateway, and that the status of a refusal counts more than its body, 1.
  expect(firstLoadGzipBytes).toBeLessThan(19_800);
  // Loaded where it is used: sending files and their progress 3 kB, the order of those given by input 1.1, an event-stream parser 2.6, a creation that streams 0.7, downloads 2.5, many runs 0.8.
  expect(wholeGzipBytes).toBeLessThan(32_000);
});

test("control: the measure sees what is imported", async () => {
  const little = await bundleSize(
    'import { BackoffStrategy } from "@oomol/connect-core"; globalThis.b = BackoffStrategy;',
  );
  expect(little.firstLoadGzipBytes).toBeGreaterThan(50);
  expect(little.firstLoadGzipBytes).toBeLessThan(10_000);
});
