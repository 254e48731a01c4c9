import { UnexpectedResponseError } from "../errors/index.ts";
import type { Http } from "../http/http.ts";
import type { HttpCall } from "../http/http-call.ts";
import { path } from "../http/path.ts";
import type { RequestOptions } from "../request-options.ts";
import type { TransportResponse, UploadPart } from "../transport/transport.ts";
import { successAnswerSchema } from "../wire/index.ts";

// The requests of tus 1.0 (connect-api 6.12). Each is sent below the base URL by the upload's id, whatever `Location` says: before a
// proxy the path may be another one.

type TusCall = Pick<HttpCall, "method" | "path"> & Partial<HttpCall>;

/** Creates an upload. A lost answer leaves one behind that nobody writes to, which the server forgets. */
export async function createUpload(
  http: Http,
  { name, type, sizeBytes }: UploadPart,
  options: RequestOptions,
): Promise<string> {
  const call: TusCall = { ...options, method: "POST", path: "/v1/uploads" };
  const response = await send(http, call, {
    "upload-length": String(sizeBytes),
    "upload-metadata": `filename ${base64(name)},filetype ${base64(type)}`,
  });
  return decodeURIComponent(read(call, response, "Location", /[^/]+$/));
}

/** Asks how many bytes the server has, and how many the file has. */
export async function readState(
  http: Http,
  id: string,
  options: RequestOptions,
): Promise<{ offset: number; sizeBytes: number }> {
  const call: TusCall = { ...options, method: "HEAD", path: path`/v1/uploads/${id}`, isSingleAttempt: true };
  const response = await send(http, call);
  return {
    offset: readOffset(call, response),
    sizeBytes: Number(read(call, response, "Upload-Length", /^\d+$/)),
  };
}

/** Sends bytes, which begin at `offset` of their file; gives the offset that the server has then. */
export async function sendBytes(
  http: Http,
  id: string,
  offset: number,
  part: UploadPart,
  options: RequestOptions & Pick<HttpCall, "onBytesSent">,
): Promise<number> {
  const upload = { fields: [], parts: [part], offset };
  const request = { method: "PATCH", path: path`/v1/uploads/${id}`, isSingleAttempt: true, upload } as const;
  const call: TusCall = { ...options, ...request };
  return readOffset(call, await send(http, call, { "upload-offset": String(offset) }));
}

/** Has the server forget an upload. */
export async function deleteUpload(
  http: Http,
  id: string,
  options: RequestOptions,
  isSingleAttempt = false,
): Promise<void> {
  await send(http, { ...options, method: "DELETE", path: path`/v1/uploads/${id}`, isSingleAttempt });
}

/** Each may be sent again: by the offset the server tells what it has already. */
async function send(http: Http, call: TusCall, own?: Record<string, string>): Promise<TransportResponse> {
  const headers = { ...call.headers, ...own, "tus-resumable": "1.0.0" };
  const request = { ...call, headers, schema: successAnswerSchema, isIdempotent: true };
  const response = await http.open(request, "application/json");
  // Its head says everything.
  void response
    .stream()
    .cancel()
    .catch(() => undefined);
  return response;
}

function readOffset(call: TusCall, response: TransportResponse): number {
  return Number(read(call, response, "Upload-Offset", /^\d+$/));
}

function read({ method, path }: TusCall, response: TransportResponse, field: string, form: RegExp): string {
  const seen = response.header(field.toLowerCase()) ?? "missing";
  const [value] = form.exec(seen) ?? [];
  if (value !== undefined && seen !== "missing") return value;
  const { status } = response;
  throw new UnexpectedResponseError({ method, path, status, field, expected: "that of an upload", seen });
}

/** Of UTF-8, as tus has its metadata. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
