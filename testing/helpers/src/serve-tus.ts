import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { FileStore } from "@tus/file-store";
import { Server, type ServerOptions, type Upload } from "@tus/server";
import { createTemporaryFolder } from "./create-temporary-folder.ts";
import { bodyOf, type Served, serve } from "./serve.ts";

/** A file that a task got by an upload. */
export interface TakenFile {
  id: string;
  name: string;
  type: string;
  sizeBytes: number;
  sha256: string;
  nodeId?: string;
  handle?: string;
}

/** A Connect server with uploads by another implementation of tus than ours. */
export interface ServedTus extends Served {
  baseUrl: string;
  /** The uploads of each task, or `"form"` if its files came in the request. */
  tasks: (TakenFile[] | "form")[];
  /** Method and path of each request, in order. */
  requests: string[];
  /** Bytes of all bodies of `PATCH` that have arrived. */
  receivedBytes(): number;
  /** How many bytes the server has of an upload. */
  storedBytes(id: string): Promise<number>;
  /** Forgets an upload, as if it had expired. */
  forget(id: string): Promise<void>;
}

export interface TusOptions extends Partial<ServerOptions> {
  /** What it announces; nothing like servers in the field. Default: `uploads` and `idempotency`. */
  extensions?: string;
  /** Answers in the server's place if it returns true. */
  intercept?(request: IncomingMessage, response: ServerResponse): boolean | Promise<boolean>;
  /** Sees each chunk of a `PATCH` as it arrives. */
  onChunk?(request: IncomingMessage, receivedBytes: number): void;
}

export async function serveTus(options: TusOptions = {}): Promise<ServedTus> {
  const { extensions = "uploads, idempotency", intercept, onChunk, ...ofTus } = options;
  const folder = await createTemporaryFolder();
  const store = new FileStore({ directory: folder.path });
  const tus = new Server({ path: "/api/v1/uploads", datastore: store, relativeLocation: true, ...ofTus });
  const tasks: ServedTus["tasks"] = [];
  const requests: string[] = [];
  let receivedBytes = 0;
  const server = await serve(async (request, response) => {
    const { method = "", url = "" } = request;
    requests.push(`${method} ${url.replace(/^.*?\/api/, "")}`);
    if (extensions) response.setHeader("connect-extensions", extensions);
    if (method === "PATCH") {
      let ofRequest = 0;
      request.on("data", (chunk: Buffer) => {
        receivedBytes += chunk.length;
        ofRequest += chunk.length;
        onChunk?.(request, ofRequest);
      });
      request.pause();
    }
    if (await intercept?.(request, response)) return;
    if (url.includes("/v1/uploads")) return tus.handle(request, response);
    const answer = await answerOf(request, url);
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(JSON.stringify(answer.body));
  });

  async function answerOf(request: IncomingMessage, url: string) {
    const task = { id: String(tasks.length), status: "completed" };
    if (request.method === "POST") {
      const body = await bodyOf(request);
      if (!request.headers["content-type"]?.startsWith("application/json")) tasks.push("form");
      else {
        const { uploads = [] } = JSON.parse(String(body));
        const taken = await Promise.all(uploads.map(take));
        const missing = taken.find((file) => typeof file === "string");
        if (missing)
          return { status: missing.startsWith("no") ? 404 : 409, body: { success: false, message: missing } };
        tasks.push(taken);
      }
      return { status: 200, body: { success: true, task } };
    }
    if (url.endsWith("/blocks")) return { status: 200, body: { blocks: [] } };
    return { status: 200, body: url.endsWith("/logs") ? { logs: [] } : { task } };
  }

  async function take({ id, ...input }: { id: string }): Promise<TakenFile | string> {
    const upload: Upload | undefined = await store.getUpload(id).catch(() => undefined);
    if (!upload) return `no upload ${id}`;
    if (upload.size === undefined || upload.offset !== upload.size) return `${id} is not whole`;
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(`${folder.path}/${id}`)) hash.update(chunk);
    const { filename, filetype } = upload.metadata ?? {};
    const file = {
      id,
      name: filename ?? "",
      type: filetype ?? "",
      sizeBytes: upload.size,
      sha256: hash.digest("hex"),
    };
    return { ...file, ...input };
  }

  const close = server[Symbol.asyncDispose];
  return Object.assign(server, {
    baseUrl: `${server.origin}/api`,
    tasks,
    requests,
    receivedBytes: () => receivedBytes,
    storedBytes: async (id: string) => (await stat(`${folder.path}/${id}`)).size,
    forget: (id: string) => store.remove(id),
    async [Symbol.asyncDispose]() {
      await close();
      await rm(folder.path, { recursive: true, force: true });
    },
  });
}
