import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { describeBothServers } from "./both-servers.ts";
import { idOf, refusalOf, type TestClient, type TestServer } from "./open-test-server.ts";
import { beginPiece, createUpload, idOfUpload, offsetOf, sendPiece, tus, uploadAll } from "./tus-requests.ts";

const digest = (algorithm: string, content: Uint8Array) =>
  `${algorithm} ${createHash(algorithm).update(content).digest("base64")}`;

/** A task with uploads as its files. */
const createTask = (
  client: TestClient,
  uploads: unknown,
  { manifest = "lab::one-file", headers = {} }: { manifest?: string; headers?: Record<string, string> } = {},
) =>
  client.request("/v1/tasks", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ manifest, uploads }),
  });

/** What lies on the disk, counted or not. */
const storedBytes = async (server: TestServer, id: string) =>
  (await stat(join(server.filesDirectory, "partial-uploads", id, "content"))).size;

const partials = (server: TestServer) =>
  readdir(join(server.filesDirectory, "partial-uploads")).catch(() => []);

describeBothServers(({ shared, open }) => {
  test("tus-js-client sends a file, which a task then takes under its own name", async () => {
    const server = shared();
    const content = randomBytes(3_000_001);
    const { url, upload } = await uploadAll(`${server.url}/v1/uploads`, content, {
      metadata: { filename: "Grüße & more.bin", filetype: "application/octet-stream" },
      chunkSize: 1_000_000,
    });
    expect(new URL(url).pathname).toMatch(/^\/api\/v1\/uploads\/[\w-]+$/);
    expect(upload.url).toBe(url);
    const id = await idOf(await createTask(server, [{ id: idOfUpload(url) }]));
    expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
    const { path, size } = (await server.finish(id)).result as { path: string; size: number };
    expect([basename(path), size]).toEqual(["Grüße & more.bin", content.length]);
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(
      (await server.request(`/v1/uploads/${idOfUpload(url)}`, { method: "HEAD", headers: tus })).status,
    ).toBe(404);
  });

  test("goes on after a broken connection where the server has stored what came", async () => {
    const server = shared();
    const content = randomBytes(2_000_000);
    const id = await createUpload(server, { "Upload-Length": "2000000" });
    const { sending, ended } = beginPiece(server, id, { size: content.length });
    sending.write(content.subarray(0, 700_001));
    await expect.poll(() => storedBytes(server, id)).toBe(700_001);
    sending.destroy();
    expect(await ended).toBe("cut");
    expect(await offsetOf(server, id)).toBe(700_001);
    expect(
      (await sendPiece(server, id, 700_001, content.subarray(700_001))).headers.get("Upload-Offset"),
    ).toBe("2000000");
    const task = await idOf(await createTask(server, [{ id }]));
    await server.waitForEnd(task);
    const { path } = (await server.finish(task)).result as { path: string };
    expect(basename(path)).toBe("file"); // without a name
    expect((await readFile(path)).equals(content)).toBe(true);
  });

  test("tus-js-client resumes what another instance of it has begun", async () => {
    const server = shared();
    const content = randomBytes(500_000);
    const id = await createUpload(server, { "Upload-Length": "500000" });
    await sendPiece(server, id, 0, content.subarray(0, 123_456));
    const sent: number[] = [];
    await uploadAll(`${server.url}/v1/uploads`, content, {
      uploadUrl: `${server.url}/v1/uploads/${id}`,
      onProgress: (bytes) => sent.push(bytes),
    });
    expect(sent[0]).toBe(123_456);
    expect(await offsetOf(server, id)).toBe(500_000);
  });

  test("a newer request takes over: the one before it is ended, and what it has stored stays", async () => {
    const server = shared();
    const id = await createUpload(server, { "Upload-Length": "1000" });
    const older = beginPiece(server, id, { size: 1_000 });
    older.sending.write("a".repeat(300));
    await expect.poll(() => storedBytes(server, id)).toBe(300);
    expect(await offsetOf(server, id)).toBe(300);
    expect(await older.ended).toBe(423);
    const newer = beginPiece(server, id, { offset: 300, size: 700 });
    newer.sending.end("b".repeat(700));
    expect(await newer.ended).toBe(204);
  });

  test("of requests that add the same at once each is answered, and one adds it", async () => {
    const server = shared();
    const id = await createUpload(server, { "Upload-Length": "1000" });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => sendPiece(server, id, 0, "x".repeat(400))),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => ![204, 409, 423].includes(status))).toEqual([]);
    const offset = await offsetOf(server, id);
    expect((await sendPiece(server, id, offset, "x".repeat(1_000 - offset))).status).toBe(204);
    expect(await storedBytes(server, id)).toBe(1_000);
  });

  test.each(["sha256", "sha1"])("a piece with a checksum by %s counts if that fits", async (algorithm) => {
    const server = shared();
    const id = await createUpload(server, { "Upload-Length": "6" });
    const bytes = Buffer.from("abc");
    const wrong = { "Upload-Checksum": digest(algorithm, Buffer.from("abd")) };
    expect(await refusalOf(await sendPiece(server, id, 0, bytes, wrong))).toEqual({
      status: 460,
      message: `What has arrived has another ${algorithm} than Upload-Checksum says.`,
    });
    expect([await offsetOf(server, id), await storedBytes(server, id)]).toEqual([0, 0]);
    const right = { "Upload-Checksum": digest(algorithm, bytes) };
    expect((await sendPiece(server, id, 0, bytes, right)).status).toBe(204);
    expect((await sendPiece(server, id, 3, bytes, wrong)).status).toBe(460);
    expect(await offsetOf(server, id)).toBe(3);
    expect((await sendPiece(server, id, 3, bytes, right)).status).toBe(204);
  });

  test("a piece with a checksum that breaks off does not count", async () => {
    const server = shared();
    const id = await createUpload(server, { "Upload-Length": "1000" });
    const headers = { "Upload-Checksum": digest("sha256", Buffer.alloc(1_000)) };
    const { sending } = beginPiece(server, id, { size: 1_000, headers });
    sending.write(Buffer.alloc(400));
    await expect.poll(() => storedBytes(server, id)).toBe(400);
    expect((await createTask(server, [{ id }])).status).toBe(409);
    sending.destroy();
    await expect.poll(() => offsetOf(server, id)).toBe(0);
  });

  test("the length may come later, once", async () => {
    const server = shared();
    const id = await createUpload(server, { "Upload-Defer-Length": "1" });
    const head = await server.request(`/v1/uploads/${id}`, { method: "HEAD", headers: tus });
    expect(head.headers.get("Upload-Defer-Length")).toBe("1");
    expect((await sendPiece(server, id, 0, "abc")).status).toBe(204);
    expect(await refusalOf(await createTask(server, [{ id }]))).toEqual({
      status: 409,
      message: `The upload "${id}" is not whole yet: 3 bytes are there.`,
    });
    expect((await sendPiece(server, id, 3, "", { "Upload-Length": "2" })).status).toBe(400);
    expect((await sendPiece(server, id, 3, "de", { "Upload-Length": "6" })).status).toBe(204);
    expect((await sendPiece(server, id, 5, "", { "Upload-Length": "7" })).status).toBe(400);
    expect((await sendPiece(server, id, 5, "fg")).status).toBe(413);
    expect((await sendPiece(server, id, 5, "f")).status).toBe(204);
    await server.waitForEnd(await idOf(await createTask(server, [{ id }])));
  });

  test("a creation may bring the beginning, or all there is", async () => {
    const server = shared();
    const create = (length: number, body: string) =>
      server.request("/v1/uploads", {
        method: "POST",
        headers: {
          ...tus,
          "Upload-Length": String(length),
          "Content-Type": "application/offset+octet-stream",
        },
        body,
      });
    const begun = await create(6, "abc");
    expect([begun.status, begun.headers.get("Upload-Offset")]).toEqual([201, "3"]);
    const { url } = await uploadAll(`${server.url}/v1/uploads`, Buffer.from("hello"), {
      uploadDataDuringCreation: true,
    });
    expect(await offsetOf(server, idOfUpload(url))).toBe(5);
    const empty = await createUpload(server, { "Upload-Length": "0" });
    const task = await idOf(await createTask(server, [{ id: empty }]));
    await server.waitForEnd(task);
    expect(await server.finish(task)).toMatchObject({ result: { size: 0 } });
  });

  test("an upload that is deleted is gone, with whoever writes to it", async () => {
    const server = shared();
    const id = await createUpload(server, { "Upload-Length": "1000" });
    const { sending, ended } = beginPiece(server, id, { size: 1_000 });
    sending.write("abc");
    await expect.poll(() => storedBytes(server, id)).toBe(3);
    const remove = { method: "DELETE", headers: tus };
    expect((await server.request(`/v1/uploads/${id}`, remove)).status).toBe(204);
    expect(await ended).toBe(423);
    expect(await refusalOf(await server.request(`/v1/uploads/${id}`, remove))).toEqual({
      status: 404,
      message: `There is no upload "${id}".`,
    });
    expect(await partials(server)).not.toContain(id);
  });

  test("POST may stand for the other methods", async () => {
    const server = shared();
    const id = await createUpload(server, { "Upload-Length": "3" });
    const post = (method: string, headers: Record<string, string> = {}, body: string | null = null) =>
      server.request(`/v1/uploads/${id}`, {
        method: "POST",
        headers: { ...tus, "X-HTTP-Method-Override": method, ...headers },
        body,
      });
    const piece = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0" };
    expect((await post("PATCH", piece, "abc")).status).toBe(204);
    expect((await post("HEAD")).headers.get("Upload-Offset")).toBe("3");
    expect((await post("PUT")).status).toBe(404);
    expect((await post("DELETE")).status).toBe(204);
  });

  test("says what it can, to pages of allowed origins too", async () => {
    await using server = await open({ allowedOrigins: ["https://app.example"], uploadLimitBytes: 5_000 });
    const options = await server.request("/v1/uploads", { method: "OPTIONS" });
    expect(options.status).toBe(204);
    expect(Object.fromEntries(options.headers)).toMatchObject({
      "tus-version": "1.0.0",
      "tus-extension": "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination",
      "tus-max-size": "5000",
      "tus-checksum-algorithm": "sha256,sha1",
    });
    const origin = { Origin: "https://app.example" };
    const preflight = await server.request("/v1/uploads/some", {
      method: "OPTIONS",
      headers: {
        ...origin,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "tus-resumable,upload-offset,content-type",
      },
    });
    expect(preflight.headers.get("Access-Control-Allow-Methods")).toContain("PATCH");
    expect(preflight.headers.get("Access-Control-Allow-Headers")).toContain("upload-offset");
    const created = await server.request("/v1/uploads", {
      method: "POST",
      headers: { ...tus, ...origin, "Upload-Length": "5" },
    });
    expect(created.headers.get("Access-Control-Expose-Headers")).toMatch(/Location.*Upload-Offset/);
    expect(Date.parse(created.headers.get("Upload-Expires") ?? "")).toBeGreaterThan(Date.now());
  });

  test.each<[string, Record<string, string>, number, RegExp]>([
    ["no length", {}, 400, /either Upload-Length or Upload-Defer-Length/],
    ["two lengths", { "Upload-Length": "1", "Upload-Defer-Length": "1" }, 400, /either/],
    ["a length that is none", { "Upload-Length": "1e3" }, 400, /whole number/],
    ["a negative length", { "Upload-Length": "-1" }, 400, /whole number/],
    ["a length that no number holds", { "Upload-Length": "99999999999999999999" }, 400, /whole number/],
    ["more bytes than it takes", { "Upload-Length": String(2 ** 50) }, 413, /bytes at most/],
    ["another deferral", { "Upload-Defer-Length": "2" }, 400, /takes 1/],
    ["parts to join", { "Upload-Length": "1", "Upload-Concat": "partial" }, 400, /joined/],
    ["metadata that is none", { "Upload-Length": "1", "Upload-Metadata": "filename !" }, 400, /base64/],
    ["a key twice", { "Upload-Length": "1", "Upload-Metadata": "a YQ==,a YQ==" }, 400, /twice/],
    [
      "much metadata",
      { "Upload-Length": "1", "Upload-Metadata": `a ${"YWFh".repeat(256)}` },
      400,
      /1024 bytes/,
    ],
    ["another version", { "Upload-Length": "1", "Tus-Resumable": "0.2.2" }, 412, /tus 1\.0\.0/],
  ])("refuses a creation with %s", async (_what, headers, status, message) => {
    const server = shared();
    const before = await partials(server);
    const answer = await server.request("/v1/uploads", { method: "POST", headers: { ...tus, ...headers } });
    const version = answer.headers.get("Tus-Version");
    expect(await refusalOf(answer)).toEqual({ status, message: expect.stringMatching(message) });
    expect(version).toBe(status === 412 ? "1.0.0" : null);
    expect(await partials(server)).toEqual(before);
  });

  test.each<[string, Record<string, string>, string, number]>([
    ["no offset", { "Upload-Offset": "" }, "x", 400],
    ["another offset", { "Upload-Offset": "1" }, "x", 409],
    ["another type", { "Content-Type": "text/plain" }, "x", 415],
    ["more bytes than are missing", {}, "abcdef", 413],
    ["an unknown checksum", { "Upload-Checksum": "md5 AAAA" }, "x", 400],
    ["a checksum that is none", { "Upload-Checksum": "sha1 !" }, "x", 400],
  ])("refuses a piece with %s, and keeps nothing of it", async (_what, headers, body, status) => {
    const server = shared();
    const id = await createUpload(server, { "Upload-Length": "5" });
    const refused = await refusalOf(await sendPiece(server, id, 0, body, headers));
    expect(refused).toEqual({ status, message: expect.any(String) });
    expect(await offsetOf(server, id)).toBe(0);
  });

  test("a body of unknown length is taken as far as the upload goes", async () => {
    const server = shared();
    const id = await createUpload(server, { "Upload-Length": "5" });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const text of ["abc", "def"]) controller.enqueue(new TextEncoder().encode(text));
        controller.close();
      },
    });
    const answer = await server.request(`/v1/uploads/${id}`, {
      method: "PATCH",
      headers: { ...tus, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0" },
      body,
      duplex: "half",
    } as RequestInit);
    expect(answer.status).toBe(413);
    expect([0, 3]).toContain(await offsetOf(server, id)); // as its chunks came
  });

  test("another caller sees nothing of an upload, and cannot end, delete or take it", async () => {
    const callers = ["ann", "ben"].map((name) => ({ name, token: `${name}-1`, roles: ["run"] as const }));
    const guest = { name: "guest", token: "guest-1", roles: [] };
    await using server = await open({ tokens: [...callers, guest, "admin-1"] });
    const as = (token: string) => ({ Authorization: token });
    const id = await createUpload(server, { "Upload-Length": "1000", ...as("ann-1") });
    const { sending, ended } = beginPiece(server, id, { size: 1_000, headers: as("ann-1") });
    sending.write("a".repeat(500));
    await expect.poll(() => storedBytes(server, id)).toBe(500);
    for (const token of ["ben-1", "admin-1"]) {
      for (const method of ["HEAD", "DELETE"]) {
        const headers = { ...tus, ...as(token) };
        expect((await server.request(`/v1/uploads/${id}`, { method, headers })).status).toBe(404);
      }
      expect((await sendPiece(server, id, 500, "x", as(token))).status).toBe(404);
    }
    sending.end("a".repeat(500));
    expect(await ended).toBe(204);
    expect(await refusalOf(await createTask(server, [{ id }], { headers: as("ben-1") }))).toEqual({
      status: 404,
      message: `There is no upload "${id}".`,
    });
    expect((await createTask(server, [{ id }], { headers: as("ann-1") })).status).toBe(200);
    const refused = await server.request("/v1/uploads", {
      method: "POST",
      headers: { ...tus, ...as("guest-1"), "Upload-Length": "1" },
    });
    expect((await refusalOf(refused)).message).toBe(
      'The token of "guest" may not upload files: that needs the role run, and it has none.',
    );
  });

  test("a caller's uploads have an end, in all and as one grows", async () => {
    await using server = await open({ uploadLimitBytes: 600, uploadsLimitBytes: 1_000 });
    const refused = (headers: Record<string, string>) =>
      server.request("/v1/uploads", { method: "POST", headers: { ...tus, ...headers } }).then(refusalOf);
    expect((await refused({ "Upload-Length": "601" })).status).toBe(413);
    const first = await createUpload(server, { "Upload-Length": "600" });
    expect(await refused({ "Upload-Length": "401" })).toEqual({
      status: 429,
      message:
        "A caller may not have uploads of more than 1000 bytes that no task has taken: run tasks with them, or delete some.",
    });
    expect(await partials(server)).toEqual([first]);
    const second = await createUpload(server, { "Upload-Defer-Length": "1" });
    expect((await sendPiece(server, second, 0, "x".repeat(401))).status).toBe(429);
    expect((await sendPiece(server, second, 0, "", { "Upload-Length": "401" })).status).toBe(429);
    expect((await sendPiece(server, second, 0, "x".repeat(300))).status).toBe(204);
    await server.request(`/v1/uploads/${first}`, { method: "DELETE", headers: tus });
    expect((await sendPiece(server, second, 300, "x".repeat(301))).status).toBe(413);
    expect((await sendPiece(server, second, 300, "x".repeat(300))).status).toBe(204);
  });

  test("an upload to which nothing is written is forgotten in time", async () => {
    await using server = await open({ uploadKeepMs: 1_000 });
    const id = await createUpload(server, { "Upload-Length": "10" });
    await sendPiece(server, id, 0, "abc");
    await expect.poll(() => partials(server), { timeout: 10_000 }).toEqual([]);
    expect((await sendPiece(server, id, 3, "x")).status).toBe(404);
  });

  test("uploads go to the inputs that they are for, in JSON and in a form", async () => {
    const server = shared();
    const upload = async (name: string) => {
      const content = Buffer.from(name);
      const { url } = await uploadAll(`${server.url}/v1/uploads`, content, { metadata: { filename: name } });
      return idOfUpload(url);
    };
    const manifest = "lab::many-files";
    const finish = async (answer: Response) => {
      const id = await idOf(answer);
      await server.waitForEnd(id);
      return (await server.finish(id)).result;
    };
    const names = ["1.txt", "cover.txt", "2.txt", "bytes.bin"];
    const [one = "", cover = "", two = "", bytes = ""] = await Promise.all(names.map(upload));
    const uploads = [
      { id: one, handle: "pages" },
      { id: cover, nodeId: "_", handle: "cover" },
      { id: two, handle: "pages" },
      { id: bytes },
    ];
    expect(await finish(await createTask(server, uploads, { manifest }))).toMatchObject({
      texts: ["cover.txt=cover.txt", "1.txt=1.txt", "2.txt=2.txt", "bytes.bin"],
    });
    const form = new FormData();
    form.set("manifest", manifest);
    const ordered = await Promise.all(["a.txt", "b.txt", "c.bin"].map(upload));
    form.set("uploads", JSON.stringify(ordered.map((id) => ({ id }))));
    expect(await finish(await server.request("/v1/tasks", { method: "POST", body: form }))).toMatchObject({
      texts: ["a.txt=a.txt", "b.txt=b.txt", "c.bin"],
    });
  });

  test.each<[string, unknown, number]>([
    ["that is no list", {}, 400],
    ["without an id", [{}], 400],
    ["twice", [{ id: "a" }, { id: "a" }], 400],
    ["with a node alone", [{ id: "a", nodeId: "_" }], 400],
    ["that is not there", [{ id: "0190" }], 404],
    ["by a name that is no id", [{ id: "../../x\u0000" }], 404],
    ["by the thousands", Array.from({ length: 1_001 }, (_, index) => ({ id: String(index) })), 413],
  ])("refuses a task with an upload %s", async (_what, uploads, status) => {
    expect((await refusalOf(await createTask(shared(), uploads))).status).toBe(status);
  });

  test("a task that is refused leaves its uploads where they are", async () => {
    const server = shared();
    const id = await createUpload(server, { "Upload-Length": "3" });
    await sendPiece(server, id, 0, "abc");
    expect((await createTask(server, [{ id }], { manifest: "lab::shout" })).status).toBe(400);
    const form = new FormData();
    form.set("manifest", "lab::one-file");
    form.set("uploads", JSON.stringify([{ id }]));
    form.append("files", new File(["x"], "x"));
    expect(await refusalOf(await server.request("/v1/tasks", { method: "POST", body: form }))).toEqual({
      status: 400,
      message: 'A task gets its files either by "uploads" or in parts named "files".',
    });
    expect(await offsetOf(server, id)).toBe(3);
    expect((await createTask(server, [{ id }])).status).toBe(200);
  });

  test("of tasks that want one upload, one gets it; the same request again is the same task", async () => {
    const server = shared();
    const id = await createUpload(server, { "Upload-Length": "3" });
    await sendPiece(server, id, 0, "abc");
    const answers = await Promise.all(Array.from({ length: 6 }, () => createTask(server, [{ id }])));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404, 404, 404]);
    const other = await createUpload(server, { "Upload-Length": "3" });
    await sendPiece(server, other, 0, "abc");
    const headers = { "Idempotency-Key": `once-${other}` };
    const same = () => createTask(server, [{ id: other }], { headers });
    const ids = await Promise.all([same(), same(), same()].map(async (answer) => idOf(await answer)));
    expect(new Set([...ids, await idOf(await same())]).size).toBe(1);
    expect((await refusalOf(await createTask(server, [{ id }], { headers }))).status).toBe(422);
  });

  test("a task's uploads are not copied, are nobody else's to read, and go with it", async () => {
    const server = shared();
    const id = await createUpload(server, { "Upload-Length": "3" });
    await sendPiece(server, id, 0, "abc");
    const folder = join(server.filesDirectory, "partial-uploads", id);
    const content = await stat(join(folder, "content"));
    expect([(await stat(folder)).mode & 0o777, content.mode & 0o777]).toEqual([0o700, 0o600]);
    const task = await idOf(await createTask(server, [{ id }]));
    await server.waitForEnd(task);
    const { path } = (await server.finish(task)).result as { path: string };
    expect((await stat(path)).ino).toBe(content.ino);
    await expect.poll(() => partials(server)).not.toContain(id);
    await server.request(`/v1/tasks/${task}`, { method: "DELETE" });
    expect(await readdir(join(server.filesDirectory, "uploads"))).not.toContain(task);
  });

  test("a server without the extension knows neither uploads nor the field", async () => {
    await using server = await open({ extensions: ["idempotency"] });
    const created = await server.request("/v1/uploads", { method: "POST", headers: tus });
    expect((await refusalOf(created)).status).toBe(404);
    expect((await refusalOf(await createTask(server, [{ id: "a" }]))).message).toContain("needs the input");
  });
});
