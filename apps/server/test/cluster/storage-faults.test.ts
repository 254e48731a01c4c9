import { openGate } from "@oomol/fault-proxy";
import { pino } from "pino";
import { expect, test } from "vitest";
import type { WorkerOptions } from "../../src/serve/cluster-options.ts";
import { idOf, refusalOf } from "../open-test-server.ts";
import { createUpload, offsetOf, sendPiece } from "../tus-requests.ts";
import { openTestCluster } from "./open-test-cluster.ts";
import { startS3 } from "./start-s3.ts";

/** A cluster whose object storage is behind a gate. */
async function openGatedCluster(options: Partial<WorkerOptions> = {}) {
  const s3 = await startS3();
  const gate = await openGate(s3.env.AWS_ENDPOINT_URL_S3);
  process.env.AWS_ENDPOINT_URL_S3 = gate.origin; // it is as it was when the storage is closed
  const cluster = await openTestCluster({ files: s3.address, concurrency: 1, ...options });
  return {
    gate,
    cluster,
    async [Symbol.asyncDispose]() {
      gate.set("pass");
      await cluster[Symbol.asyncDispose]();
      await gate[Symbol.asyncDispose]();
      await s3[Symbol.asyncDispose]();
    },
  };
}

const files = { files: { "digits.txt": "0123456789" }, links: {} };

test("a fault of the storage fails no task that has ended well, which says what it waits for", async () => {
  await using place = await openGatedCluster({ taskTimeoutMs: 20_000 });
  const { gate, cluster } = place;
  gate.set(503);
  const id = await cluster.start("lab::make-files", files);
  const { event } = await cluster.waitForLog(id, "BlockWarning");
  expect(event.warning).toMatch(
    /^The files of this task wait for their storage, for 5 min at most: The file storage s3:\/\/connect could not be used: .*status 503\)\.$/,
  );
  expect(await cluster.getJson(`/v1/tasks/${id}`)).toMatchObject({ task: { status: "running" } });
  gate.set("pass");
  expect(await cluster.waitForEnd(id)).toMatchObject({ status: "completed" });
  const file = await cluster.request(`/v1/tasks/${id}/files/digits.txt`);
  expect([file.status, await file.text()]).toEqual([200, "0123456789"]);
});

test("a task waits for a storage that does not give its uploads", async () => {
  await using place = await openGatedCluster();
  const { gate, cluster } = place;
  gate.set(503, "GET");
  const id = await idOf(await cluster.upload("lab::one-file", [new File(["hello"], "a.txt")]));
  await cluster.waitForLog(id, "BlockWarning");
  gate.set("pass");
  expect(await cluster.waitForEnd(id)).toMatchObject({ status: "completed" });
  expect(await cluster.finish(id)).toMatchObject({ result: { size: 5 } });
});

test("a task whose storage stays out of order fails, and its reason names the storage", async () => {
  await using place = await openGatedCluster({ storagePatienceMs: 500 });
  const { gate, cluster } = place;
  gate.set(503);
  const id = await cluster.start("lab::make-files", files);
  expect(await cluster.waitForEnd(id)).toMatchObject({ status: "failed" });
  expect((await cluster.logs(id)).at(-1)).toMatchObject({
    type: "SessionFinished",
    event: {
      error: expect.stringMatching(/^The file storage s3:\/\/connect could not be used: .*status 503/),
    },
  });
});

test("a stop frees the place of a task whose storage never answers", async () => {
  await using place = await openGatedCluster({ storageIdleMs: 600_000 });
  const { gate, cluster } = place;
  gate.set("mute");
  const id = await cluster.start("lab::make-files", files);
  await expect.poll(() => gate.held).toBeGreaterThan(0);
  const next = await cluster.start("lab::shout", { text: "x" });
  await cluster.request(`/v1/tasks/${id}/stop`, { method: "POST" });
  expect(await cluster.waitForEnd(id)).toMatchObject({ status: "stopped" });
  expect((await cluster.logs(id)).map(({ event }) => event.error)).not.toContainEqual(
    expect.stringContaining("did not answer"), // the worker has ended it itself
  );
  expect(await cluster.waitForEnd(next)).toMatchObject({ status: "completed" });
});

test.each([503, 403, "mute" as const])(
  "uploads and downloads that the storage answers by %s are to be tried again",
  async (mode) => {
    await using place = await openGatedCluster({ storageIdleMs: 500 });
    const { gate, cluster } = place;
    const made = await cluster.start("lab::make-files", files);
    expect(await cluster.waitForEnd(made)).toMatchObject({ status: "completed" });
    gate.set(mode);
    const answers = await Promise.all([
      cluster.upload("lab::one-file", [new File(["hello"], "a.txt")]),
      cluster.request(`/v1/tasks/${made}/files/digits.txt`),
      cluster.request(`/v1/tasks/${made}`, { method: "DELETE" }),
    ]);
    for (const answer of answers) {
      expect(answer.headers.get("Retry-After")).toBe("5");
      expect(await refusalOf(answer)).toEqual({
        status: 503,
        message: "The server's file storage does not take or give files at the moment. Try again.",
      });
    }
    gate.set("pass");
    const id = await idOf(await cluster.upload("lab::one-file", [new File(["hello"], "a.txt")]));
    expect(await cluster.waitForEnd(id)).toMatchObject({ status: "completed" });
  },
);

test("a request that is refused asks nothing of the storage", async () => {
  await using place = await openGatedCluster({ storageIdleMs: 600_000 });
  const { gate, cluster } = place;
  gate.set("mute");
  expect((await cluster.create("lab::nothing")).status).toBe(404);
  expect(gate.held).toBe(0);
});

const readyz = async (server: { url: string }) => {
  // Sooner than a silent storage is given up.
  const signal = AbortSignal.timeout(2_500);
  const answer = await fetch(new URL("/readyz", server.url), { signal });
  return { ...((await answer.json()) as { warnings?: string[] }) };
};

const withoutStorage = [
  "The file storage cannot be used: uploads and downloads are refused, and tasks with files wait for it.",
];

test.each([503, 403, "mute" as const])(
  "an API process whose storage answers by %s is ready for tasks without files, and says what it lacks",
  async (mode) => {
    const lines: string[] = [];
    const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
    // The storage itself gives up later than who asks whether it is there.
    await using place = await openGatedCluster({ storageIdleMs: 600_000, log });
    const { gate, cluster } = place;
    expect(await readyz(cluster)).toEqual({ status: "ready" });
    gate.set(mode);
    // What was seen some seconds ago still counts.
    await expect.poll(() => readyz(cluster)).toEqual({ status: "ready", warnings: withoutStorage });
    expect(lines.join("")).toContain("the file storage cannot be used");
    const id = await cluster.start("lab::hang");
    await cluster.waitForLog(id, "BlockOutput");
    gate.set("pass");
    await expect.poll(() => readyz(cluster)).toEqual({ status: "ready" });
  },
);

test("a piece of an upload that the storage does not take is refused, and the upload goes on where it was", async () => {
  await using place = await openGatedCluster();
  const { gate, cluster } = place;
  const content = Buffer.alloc(9_000_000, "x");
  const id = await createUpload(cluster, { "Upload-Length": String(content.length) });
  expect((await sendPiece(cluster, id, 0, content.subarray(0, 1_000))).status).toBe(204);
  gate.set(503, "PUT");
  const refused = await sendPiece(cluster, id, 1_000, content.subarray(1_000));
  expect([refused.status, refused.headers.get("Retry-After")]).toEqual([503, "5"]);
  gate.set("pass");
  expect(await offsetOf(cluster, id)).toBe(1_000);
  expect((await sendPiece(cluster, id, 1_000, content.subarray(1_000))).status).toBe(204);
  const body = JSON.stringify({ manifest: "lab::one-file", uploads: [{ id }] });
  const headers = { "Content-Type": "application/json" };
  gate.set(503, "PUT"); // which copies, too
  expect((await cluster.request("/v1/tasks", { method: "POST", headers, body })).status).toBe(503);
  gate.set("pass");
  const task = await idOf(await cluster.request("/v1/tasks", { method: "POST", headers, body }));
  await cluster.waitForEnd(task);
  expect(await cluster.finish(task)).toMatchObject({ result: { size: content.length } });
});
