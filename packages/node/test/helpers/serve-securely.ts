import { readFile } from "node:fs/promises";
import { createSecureServer } from "node:http2";
import { answering, type Handler, listening, type Served } from "@oomol/test-helpers/serve";

/** Offers HTTP/2 and HTTP/1.1, under a certificate that only `certificate()` vouches for. */
export async function serveSecurely(handler: Handler): Promise<Served> {
  const key = await readFile(new URL("../fixtures/key.pem", import.meta.url));
  const options = { key, cert: await certificate(), allowHTTP1: true };
  // Node's HTTP/2 server hands out requests that behave like those of HTTP/1.1.
  const listener = answering(handler) as unknown as Parameters<typeof createSecureServer>[1];
  return listening(createSecureServer(options, listener), "https");
}

export function certificate(): Promise<Buffer> {
  return readFile(new URL("../fixtures/certificate.pem", import.meta.url));
}
