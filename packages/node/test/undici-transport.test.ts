import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { truncate, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { FakeConnectServer, type FakeTask } from "@oomol/connect-core/testing";
import {
  createUndiciTransport,
  OomolConnectClient,
  TaskStoppedError,
  TransportError,
  type TransportRequest,
  type UploadPart,
} from "@oomol/connect-node";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { bodyOf, type Handler, serve } from "@oomol/test-helpers/serve";
import { describe, expect, test } from "vitest";
import { resolveUploadSource } from "../src/upload-source.ts";
import { openCount } from "./helpers/open-files.ts";
import { serveFake } from "./helpers/serve-fake.ts";
import { certificate, serveSecurely } from "./helpers/serve-securely.ts";

const echo: Handler = async (request, response) => {
  const body = await bodyOf(request);
  response.setHeader("content-type", "application/json");
  response.end(
    JSON.stringify({ length: body.length, version: request.httpVersion, headers: request.headers }),
  );
};

const noTasks: Handler = (_, response) => void response.end('{"tasks":[]}');

describe("connections", () => {
  test("one is kept for requests that follow each other", async () => {
    await using server = await serve(noTasks);
    await using client = new OomolConnectClient({ baseUrl: `${server.origin}/api` });
    for (let count = 0; count < 20; count += 1) await client.tasks.list();
    // The next request may come before the pool sees that the first connection is free again.
    expect(server.connections.total).toBeLessThanOrEqual(2);
  });

  test("never more of them than allowed, and every request gets its turn", async () => {
    await using server = await serve(noTasks);
    await using client = new OomolConnectClient({ baseUrl: `${server.origin}/api`, maxConnections: 3 });
    await Promise.all(Array.from({ length: 30 }, () => client.tasks.list()));
    expect(server.connections.total).toBe(3);
  });

  test.each([1, 2, 4])("of %i, waits leave one for what is started and stopped meanwhile", async (count) => {
    const onTask = (task: FakeTask) => void task.setStatus("running");
    const fake = new FakeConnectServer({ extensions: ["wait", "events"], onTask });
    await using server = await serveFake(fake);
    const { baseUrl } = server;
    await using client = new OomolConnectClient({ baseUrl, maxConnections: count, timeoutMs: 2_000 });
    // One more than there are connections, half of them streamed.
    const starting = Array.from({ length: count + 1 }, () => client.tasks.start({ blockId: "pkg::block" }));
    const runs = await Promise.all(starting);
    const ends = runs.map((run, index) =>
      (index % 2 === 0 ? run.result() : run.completion()).catch((failure: unknown) => failure),
    );
    // Those that the server does not hold look again.
    await expect.poll(() => fake.requestsTo("GET", /task-/).length).toBeGreaterThan(2 * count);
    await client.tasks.create({ blockId: "pkg::block" });
    await Promise.all(runs.map((run) => run.stop()));
    for (const end of await Promise.all(ends)) expect(end).toBeInstanceOf(TaskStoppedError);
  });

  test("close() closes them, ends what is under way, and says so to later calls", async () => {
    let onRequest: () => void = () => undefined;
    const requested = new Promise<void>((resolve) => {
      onRequest = resolve;
    });
    await using server = await serve((request, response) => {
      if (request.url?.endsWith("/tasks")) response.end('{"tasks":[]}');
      else onRequest();
    });
    const client = new OomolConnectClient({ baseUrl: `${server.origin}/api` });
    await client.tasks.list();
    const underWay = client.tasks.get("1").catch((failure: unknown) => failure);
    await requested;
    await client.close();
    await client.close();
    await server.idle();
    expect(String(await underWay)).toContain("closed");
    await expect(client.tasks.list()).rejects.toThrow("client: is closed. Make a new one.");
  });

  test("kept ones do not keep the process alive", async () => {
    await using server = await serve(noTasks);
    const program = new URL("./helpers/request-and-end.ts", import.meta.url).pathname;
    const args = ["--conditions=@oomol/source", program, `${server.origin}/api`];
    await promisify(execFile)(process.execPath, args, { timeout: 15_000 });
    expect(server.connections.total).toBe(1);
  });
});

describe("TLS", () => {
  test("HTTP/2 is spoken where it is offered, uploads included", async () => {
    await using server = await serveSecurely(echo);
    await using transport = closing(createUndiciTransport({ ca: await certificate() }));
    const answer = await transport.send(upload(server.origin, [bytesPart(3_000_000)])).then(json);
    expect(answer).toMatchObject({ version: "2.0" });
    expect(answer.length).toBe(Number(answer.headers["content-length"]));
  });

  test("HTTP/1.1 is spoken where HTTP/2 is not wanted", async () => {
    await using server = await serveSecurely(echo);
    await using transport = closing(createUndiciTransport({ ca: await certificate(), http2: false }));
    expect(await transport.send(get(server.origin)).then(json)).toMatchObject({ version: "1.1" });
  });

  test("an unknown certificate authority is named as the trouble, and nothing was sent", async () => {
    await using server = await serveSecurely(echo);
    await using transport = closing(createUndiciTransport());
    const failure = await transport.send(get(server.origin)).catch((caught: unknown) => caught);
    expect(failure).toBeInstanceOf(TransportError);
    expect(failure).toMatchObject({ isUnsent: true, message: expect.stringContaining("`ca`") });
  });
});

describe("uploads", () => {
  test("have their exact length, or are chunked where it is not known", async () => {
    await using server = await serve(echo);
    await using transport = closing(createUndiciTransport());
    const known = await transport.send(upload(server.origin, [bytesPart(5_000)])).then(json);
    expect(Number(known.headers["content-length"])).toBe(known.length);
    const unknown = { ...bytesPart(5_000), sizeBytes: undefined };
    const chunked = await transport.send(upload(server.origin, [unknown])).then(json);
    expect(chunked.headers).toMatchObject({ "transfer-encoding": "chunked" });
    expect(chunked.length).toBe(known.length);
  });

  test("read their file afresh for each attempt, and leave none open", async () => {
    await using folder = await createTemporaryFolder();
    const path = folder.file("data.bin");
    await writeFile(path, Buffer.alloc(3_000_000, 7));
    const lengths: number[] = [];
    await using server = await serve(async (request, response) => {
      lengths.push((await bodyOf(request)).length);
      if (lengths.length === 1) response.writeHead(503, { "retry-after": "0" }).end();
      else response.end(createdTask);
    });
    await using client = new OomolConnectClient({ baseUrl: `${server.origin}/api` });
    await client.tasks.createWithFiles("pkg::block", {}, path);
    expect(lengths).toEqual([lengths[0], lengths[0]]);
    expect(lengths[0]).toBeGreaterThan(3_000_000);
    expect(openCount(path) ?? 0).toBe(0);
  });

  test.each(["1.1", "2.0"])("arrive byte for byte over HTTP/%s, several at once", async (version) => {
    await using folder = await createTemporaryFolder();
    const handler: Handler = async (request, response) => {
      const hash = createHash("sha256").update(filesOf(await bodyOf(request)));
      response.end(JSON.stringify({ hash: hash.digest("hex"), version: request.httpVersion }));
    };
    await using server = version === "2.0" ? await serveSecurely(handler) : await serve(handler);
    await using transport = closing(createUndiciTransport({ ca: await certificate() }));
    const uploads = [5_000_000, 2 ** 22, 70_000].map(async (sizeBytes, index) => {
      const bytes = randomBytes(sizeBytes);
      const path = folder.file(`${index}.bin`);
      await writeFile(path, bytes);
      const parts = await Promise.all([
        resolveUploadSource(path, "files[0]"),
        resolveUploadSource(path, "files[1]"),
      ]);
      const answer = await transport.send(upload(server.origin, parts)).then(json);
      const hash = createHash("sha256").update(bytes).update(bytes).digest("hex");
      expect(answer).toMatchObject({ hash, version });
    });
    await Promise.all(uploads);
  });

  test("an abort closes the socket and the file at once", async () => {
    await using folder = await createTemporaryFolder();
    const path = folder.file("data.bin");
    await writeFile(path, "");
    await truncate(path, 2 ** 30);
    const controller = new AbortController();
    // Reads nothing, so that the upload is stuck in the middle; who does not read does not see the end either.
    const left = Promise.withResolvers<void>();
    await using server = await serve(async (request) => {
      request.pause();
      await left.promise;
      request.resume();
    });
    await using client = new OomolConnectClient({ baseUrl: `${server.origin}/api` });
    const reason = new Error("the user left");
    const onUploadProgress = () => controller.abort(reason);
    const uploading = client.tasks.createWithFiles("pkg::block", {}, path, {
      signal: controller.signal,
      onUploadProgress,
    });
    await expect(uploading).rejects.toBe(reason);
    left.resolve();
    await server.idle();
    await expect.poll(() => openCount(path) ?? 0).toBe(0);
  });

  test("a source that falls silent is let go when the connection breaks", async () => {
    let isCancelled = false;
    const cancel = () => {
      isCancelled = true;
    };
    const silent: UploadPart = {
      ...bytesPart(10),
      sizeBytes: undefined,
      open: () => new ReadableStream({ cancel }),
    };
    await using server = await serve((request) => void request.socket.resetAndDestroy());
    await using transport = closing(createUndiciTransport());
    await expect(transport.send(upload(server.origin, [silent]))).rejects.toMatchObject({ isUnsent: false });
    await expect.poll(() => isCancelled).toBe(true);
  });
});

describe("proxies", () => {
  test("that of the environment is used, but not towards this machine", async () => {
    await using target = await serve(noTasks);
    await using proxy = await serveProxy(target.port);
    const environment = { ...process.env, HTTP_PROXY: proxy.origin, NO_PROXY: "", no_proxy: "" };
    const program = new URL("./helpers/request-and-end.ts", import.meta.url).pathname;
    const run = (baseUrl: string, env = environment) =>
      promisify(execFile)(process.execPath, ["--conditions=@oomol/source", program, baseUrl], { env });
    await run(`http://connect.test:${target.port}/api`);
    expect(proxy.asked).toEqual([`connect.test:${target.port}`]);
    await run(`${target.origin}/api`);
    expect(proxy.asked).toHaveLength(1);
  });

  test("one can be given, towards any server", async () => {
    await using target = await serve(noTasks);
    await using proxy = await serveProxy(target.port);
    await using client = new OomolConnectClient({ baseUrl: `${target.origin}/api`, proxy: proxy.origin });
    await client.tasks.list();
    expect(proxy.asked).toEqual([`127.0.0.1:${target.port}`]);
  });
});

describe("failures", () => {
  test("a refused connection was not sent", async () => {
    const server = await serve(noTasks);
    await server[Symbol.asyncDispose]();
    await using transport = closing(createUndiciTransport());
    await expect(transport.send(get(server.origin))).rejects.toMatchObject({
      name: "TransportError",
      isUnsent: true,
      message: "the connection was refused; no server listens there",
    });
  });

  test("redirects are not followed", async () => {
    await using server = await serve((_, response) => void response.writeHead(302, { location: "/x" }).end());
    await using transport = closing(createUndiciTransport());
    expect((await transport.send(get(server.origin))).status).toBe(302);
  });

  test("an answer that stops in the middle is a failure", async () => {
    await using server = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    });
    await using transport = closing(createUndiciTransport());
    const response = await transport.send(get(server.origin));
    await expect(response.text()).rejects.toThrow();
  });

  test("leaving a streamed answer closes its connection", async () => {
    await using server = await serve((_, response) => void response.write("data: 1\n\n"));
    await using transport = closing(createUndiciTransport());
    const reader = (await transport.send(get(server.origin))).stream().getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toBe("data: 1\n\n");
    await reader.cancel();
    await server.idle();
  });
});

const createdTask = JSON.stringify({
  task: { id: "1", status: "created", project_id: "p", manifest_path: "m", created_at: 1, updated_at: 1 },
});

function get(origin: string): TransportRequest {
  return { method: "GET", url: `${origin}/`, headers: {}, signal: new AbortController().signal };
}

function upload(origin: string, parts: UploadPart[]): TransportRequest {
  return { ...get(origin), method: "POST", body: { fields: [["manifest", "a::b"]], parts } };
}

/** What the files of a form hold, one after the other. */
function filesOf(body: Buffer): Buffer {
  const boundary = body.subarray(0, body.indexOf("\r\n"));
  const contents: Buffer[] = [];
  for (let start = body.indexOf("filename="); start > 0; start = body.indexOf("filename=", start)) {
    const end = body.indexOf(boundary, start);
    contents.push(body.subarray(body.indexOf("\r\n\r\n", start) + 4, end - 2));
    start = end;
  }
  return Buffer.concat(contents);
}

function bytesPart(sizeBytes: number): UploadPart {
  const open = () => new Blob([new Uint8Array(sizeBytes)]).stream();
  return { field: "files", name: "a.bin", type: "a/b", sizeBytes, isRepeatable: true, open };
}

interface Echoed {
  length: number;
  version: string;
  headers: Record<string, string>;
}

async function json(response: { text(): Promise<string> }): Promise<Echoed> {
  return JSON.parse(await response.text());
}

function closing<T extends { close?(): Promise<void> }>(transport: T): T & AsyncDisposable {
  return Object.assign(transport, { [Symbol.asyncDispose]: async () => transport.close?.() });
}

/** Leads every tunnel to one port of this machine, whatever host it was asked for. */
async function serveProxy(port: number) {
  const asked: string[] = [];
  const { createServer } = await import("node:http");
  const { connect } = await import("node:net");
  const server = createServer();
  server.on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const proxyPort = typeof address === "object" ? address?.port : undefined;
  return {
    origin: `http://127.0.0.1:${proxyPort}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
