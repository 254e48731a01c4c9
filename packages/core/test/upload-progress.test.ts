import type { Clock, Upload, UploadPart } from "@oomol/connect-core";
import { encodeMultipart } from "@oomol/connect-core/adapter";
import fc from "fast-check";
import { expect, test } from "vitest";
import { trackUpload, type UploadProgress } from "../src/transport/upload-progress.ts";
import { serve } from "./helpers/serve.ts";

test("counts of a body's bytes become counts of its files' bytes, whatever the pieces", async () => {
  const file = fc.record({ sizeBytes: fc.nat({ max: 300 }), isKnown: fc.boolean() });
  const files = fc.array(file, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 200 }), async (given, pieceBytes) => {
      const upload = uploadOf(given.map(({ sizeBytes, isKnown }) => part(sizeBytes, isKnown)));
      const { events } = await send(upload, { pieceBytes, stepMs: 60 });
      const totalBytes = given.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const loaded = events.map((event) => event.loaded);
      expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
      expect(events.filter(({ phase }) => phase === "accepted")).toEqual([events.at(-1)]);
      expect(events.at(-1)).toMatchObject({
        loaded: totalBytes,
        total: totalBytes,
        fraction: 1,
        remainingMs: 0,
      });
      for (const { file, fraction } of events) {
        expect(file.loaded).toBeLessThanOrEqual(given[file.index]?.sizeBytes ?? 0);
        expect(fraction ?? 0).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test("rate and time left are those of the last seconds", async () => {
  const { events } = await send(uploadOf([part(100_000, true)]), { pieceBytes: 1_000, stepMs: 100 });
  const half = events.find(({ loaded }) => loaded >= 50_000);
  expect(half?.bytesPerSecond).toBeCloseTo(10_000, -2);
  expect(half?.remainingMs).toBeCloseTo(5_000, -3);
});

test("a fast upload reports at most twenty times a second, and each file's end", async () => {
  const parts = [part(100_000, true), part(100_000, true)];
  const { events } = await send(uploadOf(parts), { pieceBytes: 100, stepMs: 0.1 });
  expect(events.length).toBeLessThan(10);
  for (const index of [0, 1])
    expect(events.filter(({ file }) => file.index === index && file.loaded === file.total)).not.toEqual([]);
});

test("a repeated attempt stands still until it has caught up", async () => {
  const events: UploadProgress[] = [];
  const clock = manualClock();
  const { onBytesSent } = trackUpload(uploadOf([part(1_000, true)]), clock, (event) => events.push(event));
  for (const sentBytes of [400, 800, 200, 600, 900]) {
    clock.advance(100);
    onBytesSent(sentBytes);
  }
  expect(events).toHaveLength(3);
  expect(events[2]?.loaded).toBeGreaterThan(events[1]?.loaded ?? Number.NaN);
});

test("what is sent by a client ends with one word that the server took it", async () => {
  await using server = await serve();
  const events: UploadProgress[] = [];
  const files = ["one", "two"].map((name) => ({ data: new Uint8Array(500_000), name }));
  const onUploadProgress = (event: UploadProgress) => events.push(event);
  await server.client.tasks.createWithFiles("pkg::files", undefined, files, { onUploadProgress });
  expect(events.at(-1)).toMatchObject({
    phase: "accepted",
    loaded: 1_000_000,
    file: { index: 1, name: "two" },
  });
  expect(events.at(-2)).toMatchObject({ phase: "sending", loaded: 1_000_000, total: 1_000_000 });
});

async function send(upload: Upload, { pieceBytes, stepMs }: { pieceBytes: number; stepMs: number }) {
  const events: UploadProgress[] = [];
  const clock = manualClock();
  const tracked = trackUpload(upload, clock, (event) => events.push(event));
  const bytes = await new Response(encodeMultipart(tracked.upload).open()).arrayBuffer();
  for (let sent = pieceBytes; sent < bytes.byteLength; sent += pieceBytes) {
    clock.advance(stepMs);
    tracked.onBytesSent(sent);
  }
  tracked.onBytesSent(bytes.byteLength);
  tracked.accepted();
  return { events };
}

function manualClock(): Clock & { advance(durationMs: number): void } {
  let nowMs = 0;
  const advance = (durationMs: number) => {
    nowMs += durationMs;
  };
  return { now: () => nowMs, delay: () => Promise.resolve(), advance };
}

function uploadOf(parts: UploadPart[]): Upload {
  return { fields: [["manifest", "pkg::block"]], parts };
}

function part(sizeBytes: number, isKnown: boolean): UploadPart {
  const open = () => new Blob([new Uint8Array(sizeBytes)]).stream();
  const size = isKnown ? sizeBytes : undefined;
  return { field: "files", name: "a.bin", type: "a/b", sizeBytes: size, isRepeatable: true, open };
}
