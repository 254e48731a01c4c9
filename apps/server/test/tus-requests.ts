import { type ClientRequest, request } from "node:http";
import { Upload, type UploadOptions } from "tus-js-client";
import type { TestClient } from "./open-test-server.ts";

/** What every request of tus names. */
export const tus = { "Tus-Resumable": "1.0.0" };

export const idOfUpload = (url: string): string => url.split("/").at(-1) ?? "";

/** Sends all of it by tus-js-client; resolves when that says that it is done. */
export async function uploadAll(
  endpoint: string,
  content: Buffer,
  options: Partial<UploadOptions> = {},
): Promise<{ url: string; upload: Upload }> {
  return new Promise((resolve, reject) => {
    const upload: Upload = new Upload(content, {
      endpoint,
      retryDelays: null,
      ...options,
      onError: reject,
      onSuccess: () => resolve({ url: upload.url ?? "", upload }),
    });
    upload.start();
  });
}

/** The id of a new upload, which must be accepted. */
export async function createUpload(client: TestClient, headers: Record<string, string>): Promise<string> {
  const answer = await client.request("/v1/uploads", { method: "POST", headers: { ...tus, ...headers } });
  if (answer.status !== 201) throw new Error(`the upload was refused: ${await answer.text()}`);
  return idOfUpload(answer.headers.get("Location") ?? "");
}

export function sendPiece(
  client: TestClient,
  id: string,
  offset: number,
  body: Uint8Array<ArrayBuffer> | string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const type = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset) };
  return client.request(`/v1/uploads/${id}`, {
    method: "PATCH",
    headers: { ...tus, ...type, ...headers },
    body,
  });
}

export async function offsetOf(
  client: TestClient,
  id: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const answer = await client.request(`/v1/uploads/${id}`, {
    method: "HEAD",
    headers: { ...tus, ...headers },
  });
  if (answer.status !== 200) throw new Error(`the upload is not shown: ${answer.status}`);
  return Number(answer.headers.get("Upload-Offset"));
}

/** Begins a piece and sends a part of it; `ended` resolves with the status of the answer, or with `cut`. */
export function beginPiece(
  client: TestClient,
  id: string,
  { offset = 0, size, headers = {} }: { offset?: number; size: number; headers?: Record<string, string> },
): { sending: ClientRequest; ended: Promise<number | "cut"> } {
  const sending = request(`${client.url}/v1/uploads/${id}`, {
    method: "PATCH",
    headers: {
      ...tus,
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": offset,
      "Content-Length": size,
      ...headers,
    },
  });
  const ended = new Promise<number | "cut">((resolve) => {
    sending.on("response", (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sending.on("error", () => resolve("cut"));
  });
  return { sending, ended };
}
