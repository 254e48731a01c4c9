import type { ReceivedFile } from "./fake-task.ts";

/** An upload as the fake server has it (connect-api 6.12). */
interface FakeUpload {
  name: string;
  type: string;
  /** `undefined` until the client has said it. */
  sizeBytes: number | undefined;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Uploads that resume, as a fake server keeps them: tus 1.0 with creation, deferred length and termination. */
export class FakeUploads {
  /** By id. A task takes its uploads away from here. */
  readonly #uploads = new Map<string, FakeUpload>();
  #nextId = 1;

  /** Answers a request below `/v1/uploads`. */
  async answer(request: Request, id: string | undefined): Promise<Response> {
    if (id === undefined) return this.#create(request);
    const upload = this.#uploads.get(id);
    if (!upload) return refusal(404, `there is no upload ${id}`);
    if (request.method === "DELETE") this.#uploads.delete(id);
    if (request.method === "HEAD") return new Response(null, { headers: stateOf(upload) });
    if (request.method === "PATCH") return append(upload, request);
    return new Response(null, { status: 204 });
  }

  /** Takes whole uploads for a task, or says why not. */
  take(wanted: readonly { id: string; handle?: string }[]): ReceivedFile[] | Response {
    const taken: ReceivedFile[] = [];
    for (const { id, handle } of wanted) {
      const upload = this.#uploads.get(id);
      if (!upload) return refusal(404, `there is no upload ${id}`);
      if (upload.bytes.length !== upload.sizeBytes) return refusal(409, `the upload ${id} is not whole yet`);
      const { name, type, bytes } = upload;
      taken.push({ name, type, bytes, ...(handle !== undefined && { handle }) });
    }
    for (const { id } of wanted) this.#uploads.delete(id);
    return taken;
  }

  #create({ method, headers, url }: Request): Response {
    if (method !== "POST") return new Response(null, { status: 204 });
    const length = headers.get("upload-length");
    const metadata = new Map(
      (headers.get("upload-metadata") ?? "").split(",").map((pair) => {
        const [name = "", value = ""] = pair.trim().split(" ");
        return [name, new TextDecoder().decode(Uint8Array.from(atob(value), (char) => char.charCodeAt(0)))];
      }),
    );
    const id = `upload-${this.#nextId++}`;
    this.#uploads.set(id, {
      name: metadata.get("filename") ?? "file",
      type: metadata.get("filetype") ?? "application/octet-stream",
      sizeBytes: length === null ? undefined : Number(length),
      bytes: new Uint8Array(),
    });
    return new Response(null, { status: 201, headers: { location: `${new URL(url).pathname}/${id}` } });
  }
}

async function append(upload: FakeUpload, request: Request): Promise<Response> {
  if (Number(request.headers.get("upload-offset")) !== upload.bytes.length)
    return refusal(409, `the upload has ${upload.bytes.length} bytes`);
  const length = request.headers.get("upload-length");
  if (length !== null) upload.sizeBytes ??= Number(length);
  const reader = request.body?.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [upload.bytes];
  try {
    for (let read = await reader?.read(); read?.value; read = await reader?.read()) pieces.push(read.value);
  } finally {
    // What came before a break is kept.
    upload.bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
  }
  return new Response(null, { status: 204, headers: stateOf(upload) });
}

function stateOf({ bytes, sizeBytes }: FakeUpload): Record<string, string> {
  return {
    "tus-resumable": "1.0.0",
    "upload-offset": String(bytes.length),
    ...(sizeBytes === undefined ? { "upload-defer-length": "1" } : { "upload-length": String(sizeBytes) }),
  };
}

function refusal(status: number, message: string): Response {
  return Response.json({ success: false, message }, { status });
}
