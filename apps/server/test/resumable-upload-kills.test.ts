import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { openProcesses } from "./cluster/open-processes.ts";
import { openTestCluster } from "./cluster/open-test-cluster.ts";
import { startS3 } from "./cluster/start-s3.ts";
import { idOf, makeDataDirectory, refusalOf, type TestClient } from "./open-test-server.ts";
import { startProgram } from "./start-program.ts";
import { beginPiece, createUpload, offsetOf, sendPiece, tus, uploadAll } from "./tus-requests.ts";

const createTask = (client: TestClient, id: string) =>
  client.request("/v1/tasks", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ manifest: "lab::one-file", uploads: [{ id }] }),
  });

/** The file that a task with an upload gets. */
async function fileOfTask(client: TestClient, id: string): Promise<Buffer> {
  const task = await idOf(await createTask(client, id));
  expect(await client.waitForEnd(task)).toMatchObject({ status: "completed" });
  return readFile(((await client.finish(task)).result as { path: string }).path);
}

const storedBytes = async (folder: string, id: string) =>
  (await stat(join(folder, "partial-uploads", id, "content"))).size;

const content = randomBytes(2_000_000);
const length = { "Upload-Length": String(content.length) };

test("a server that is killed with kill -9 goes on where its disk has an upload", async () => {
  await using data = await makeDataDirectory();
  const flags = ["--data", data.path, "--spare-executors", "0"];
  await using first = await startProgram(flags);
  const id = await createUpload(first.client, length);
  const checked = await createUpload(first.client, length);
  const piece = beginPiece(first.client, id, { size: content.length });
  piece.sending.write(content.subarray(0, 700_001));
  const sum = createHash("sha256").update(content).digest("base64");
  const checkedPiece = beginPiece(first.client, checked, {
    size: content.length,
    headers: { "Upload-Checksum": `sha256 ${sum}` },
  });
  checkedPiece.sending.write(content.subarray(0, 500_000));
  await expect.poll(() => storedBytes(data.path, id)).toBe(700_001);
  await expect.poll(() => storedBytes(data.path, checked)).toBe(500_000);
  first.child.kill("SIGKILL");
  expect(await Promise.all([piece.ended, checkedPiece.ended])).toEqual(["cut", "cut"]);
  await first.exited;

  await using second = await startProgram(flags);
  const { client } = second;
  expect(await offsetOf(client, id)).toBe(700_001);
  expect(await offsetOf(client, checked)).toBe(0); // nobody has checked it
  expect((await sendPiece(client, checked, 0, content.subarray(0, 100))).status).toBe(204);
  expect(await offsetOf(client, checked)).toBe(100);
  await uploadAll(`${client.url}/v1/uploads`, content, { uploadUrl: `${client.url}/v1/uploads/${id}` });
  expect((await fileOfTask(client, id)).equals(content)).toBe(true);
});

test("a server that stops keeps what has come", async () => {
  await using data = await makeDataDirectory();
  const flags = ["--data", data.path, "--spare-executors", "0"];
  await using first = await startProgram(flags);
  const id = await createUpload(first.client, length);
  const piece = beginPiece(first.client, id, { size: content.length });
  piece.sending.write(content.subarray(0, 600_000));
  await expect.poll(() => storedBytes(data.path, id)).toBe(600_000);
  first.child.kill("SIGTERM");
  expect(await first.exited).toBe(0);
  await using second = await startProgram(flags);
  expect(await offsetOf(second.client, id)).toBe(600_000);
});

test("an upload that its task has taken is not left over, though the server was killed in between", async () => {
  await using data = await makeDataDirectory();
  const flags = ["--data", data.path, "--spare-executors", "0"];
  let id: string;
  {
    await using first = await startProgram(flags);
    id = await createUpload(first.client, { "Upload-Length": "3" });
    await sendPiece(first.client, id, 0, "abc");
    first.child.kill("SIGKILL");
    await first.exited;
  }
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(join(data.path, "connect.db"));
  database.prepare("insert into taken_uploads (upload_id, task_id) values (?, 'some')").run(id);
  database.close();
  await using second = await startProgram(flags);
  expect((await refusalOf(await createTask(second.client, id))).status).toBe(404);
  await expect.poll(() => readdir(join(data.path, "partial-uploads"))).toEqual([]);
});

test("in a cluster another API process goes on with what one has begun that was killed with kill -9", async () => {
  await using processes = await openProcesses();
  const [first, second] = [await processes.startApi(), await processes.startApi()];
  await processes.startWorker("--concurrency", "1");
  const id = await createUpload(first, length);
  const folder = processes.filesDirectory;
  const older = beginPiece(first, id, { size: content.length });
  older.sending.write(content.subarray(0, 300_000));
  await expect.poll(() => storedBytes(folder, id)).toBe(300_000);
  // Another process ends it, as one process would.
  expect(await offsetOf(second, id)).toBe(300_000);
  expect(await older.ended).toBe(423);
  const piece = beginPiece(first, id, { offset: 300_000, size: content.length - 300_000 });
  piece.sending.write(content.subarray(300_000, 700_001));
  await expect.poll(() => storedBytes(folder, id)).toBe(700_001);
  processes.children()[0]?.kill("SIGKILL");
  expect(await piece.ended).toBe("cut");
  await endTurns(processes.databaseUrl);
  expect(await offsetOf(second, id)).toBe(700_001);
  expect((await sendPiece(second, id, 700_001, content.subarray(700_001))).status).toBe(204);
  expect((await fileOfTask(second, id)).equals(content)).toBe(true);
});

/** As if the time were over for which a process has an upload that says nothing. */
async function endTurns(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query("update uploads set turn_until = 0 where turn is not null");
  await client.end();
}

test("with object storage any API process takes the next piece, and a task finds all of it", async () => {
  await using s3 = await startS3();
  await using cluster = await openTestCluster({ files: s3.address });
  const large = randomBytes(20_000_000);
  const id = await createUpload(cluster, {
    "Upload-Length": String(large.length),
    "Upload-Metadata": "filename YQ==",
  });
  // Each request goes to another process than the one before.
  for (let offset = 0; offset < large.length; offset = await offsetOf(cluster, id)) {
    const answer = await sendPiece(cluster, id, offset, large.subarray(offset, offset + 6_000_001));
    expect(answer.status).toBe(204);
  }
  const stored = async () =>
    (await readdir(s3.directory, { recursive: true })).filter((path) => path.includes(id));
  expect(await stored()).not.toEqual([]);
  const task = await idOf(await createTask(cluster, id));
  await cluster.waitForEnd(task);
  expect(await cluster.finish(task)).toMatchObject({ result: { size: large.length } });
  await expect.poll(stored).toEqual([]);
  expect((await cluster.request(`/v1/uploads/${id}`, { method: "HEAD", headers: tus })).status).toBe(404);
});
