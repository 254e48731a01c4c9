import { WebhookVerificationError } from "./webhook-verification-error.ts";

/** A request as `fetch` handlers get it, or its parts as other frameworks have them; the body as it came, not parsed. */
export type ReceivedWebhook =
  | Request
  | {
      headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
      body: string | Uint8Array;
    };

/** The three headers of a webhook. */
export interface WebhookHeaders {
  id: string;
  timestamp: string;
  signature: string;
}

export function readWebhookHeaders({ headers }: ReceivedWebhook): WebhookHeaders {
  const read = (name: string) => {
    const value = headers instanceof Headers ? headers.get(name) : headerIn(headers, name);
    if (typeof value === "string" && value !== "") return value;
    throw new WebhookVerificationError("missing-header", `it has no header ${name}.`);
  };
  return {
    id: read("webhook-id"),
    timestamp: read("webhook-timestamp"),
    signature: read("webhook-signature"),
  };
}

/** Node writes names in small letters, a test may not. */
function headerIn(headers: object, wanted: string): unknown {
  const name = Object.keys(headers).find((one) => one.toLowerCase() === wanted);
  return name === undefined ? undefined : Reflect.get(headers, name);
}

/** The bytes of the body; no more than `mostBytes` are read of it. */
export async function readWebhookBody(received: ReceivedWebhook, mostBytes: number): Promise<Uint8Array> {
  const { body } = received;
  if (typeof body === "string" || body instanceof Uint8Array) {
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    return bytes.length > mostBytes ? refuse(mostBytes) : bytes;
  }
  if ("bodyUsed" in received && received.bodyUsed) {
    const message = "its body has been read already; give the request before anything parses it.";
    throw new WebhookVerificationError("invalid-body", message);
  }
  return body ? readStream(body, mostBytes) : new Uint8Array();
}

async function readStream(stream: ReadableStream<Uint8Array>, mostBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let sizeBytes = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    sizeBytes += value.length;
    if (sizeBytes > mostBytes) {
      await reader.cancel().catch(() => undefined);
      refuse(mostBytes);
    }
    chunks.push(new Uint8Array(value));
  }
}

function refuse(mostBytes: number): never {
  throw new WebhookVerificationError("too-large", `its body has more than the ${mostBytes} bytes allowed.`);
}
