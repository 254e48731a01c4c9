import { createHash } from "node:crypto";
import { createFetchTransport, type Transport, TransportError } from "@oomol/connect-core";
import { createUndiciTransport } from "@oomol/connect-node";
import { bodyOf, type Handler, serve } from "@oomol/test-helpers/serve";
import { afterAll, describe, expect, test } from "vitest";
import { closeBrowser, openPage } from "./helpers/open-page.ts";

interface Sent {
  path: string;
  /** Sizes of the files; none for a GET. */
  sizes?: number[];
  /** Aborts when that many bytes have left. */
  abortAfterBytes?: number;
}

interface Outcome {
  status?: number;
  text?: string;
  header?: string;
  counts: number[];
  failure?: { name: string; message: string; isTransportError: boolean; isUnsent: boolean };
}

/** One transport with a server before it. */
interface Setup extends AsyncDisposable {
  send(sent: Sent): Promise<Outcome>;
}

const setups: Record<string, (handler: Handler) => Promise<Setup>> = {
  fetch: (handler) => inThisProcess(handler, createFetchTransport()),
  undici: (handler) => inThisProcess(handler, createUndiciTransport()),
  "XMLHttpRequest in Chromium": inPage,
};

afterAll(closeBrowser);

describe.each(Object.entries(setups))("%s", (_, open) => {
  test("gives status, headers and text of any answer", { timeout: 60_000 }, async () => {
    await using setup = await open((_, response) => {
      response.writeHead(418, { "x-some": "thing" }).end("Grüße");
    });
    expect(await setup.send({ path: "/tea" })).toMatchObject({ status: 418, header: "thing", text: "Grüße" });
    expect(await setup.send({ path: "/tea", sizes: [10] })).toMatchObject({
      status: 418,
      header: "thing",
      text: "Grüße",
    });
  });

  test("sends files byte for byte with their exact length, and counts what left", async () => {
    await using setup = await open(async (request, response) => {
      const body = await bodyOf(request);
      // The boundary is another each time.
      const text = body.toString("latin1").replaceAll(/oomol-connect-[0-9a-f-]{36}/g, "boundary");
      const hash = createHash("sha256").update(text).digest("hex");
      response.end(JSON.stringify({ hash, announced: request.headers["content-length"], got: body.length }));
    });
    const outcome = await setup.send({ path: "/upload", sizes: [3_000_000, 0, 70_000] });
    const { hash, announced, got } = JSON.parse(outcome.text ?? "");
    expect(Number(announced)).toBe(got);
    expect(hash).toBe(expectedHash([3_000_000, 0, 70_000]));
    expect(outcome.counts).toEqual([...outcome.counts].sort((a, b) => a - b));
    expect(outcome.counts.at(-1)).toBe(got);
  });

  test("an abort in the middle of an upload rejects with its reason and closes the connection", async () => {
    const left = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<boolean>();
    await using setup = await open(async (request) => {
      request.on("error", () => undefined).on("close", () => closed.resolve(request.complete));
      request.pause();
      await left.promise;
      request.resume();
    });
    const outcome = await setup.send({ path: "/upload", sizes: [64_000_000], abortAfterBytes: 200_000 });
    expect(outcome.failure).toMatchObject({ message: "the user left", isTransportError: false });
    // Only who reads sees the end.
    left.resolve();
    expect(await closed.promise).toBe(false);
  });

  test("a connection lost in the middle of an upload may have brought it", async () => {
    await using setup = await open(
      (request) => void request.once("data", () => request.socket.resetAndDestroy()),
    );
    const { failure } = await setup.send({ path: "/upload", sizes: [64_000_000] });
    expect(failure).toMatchObject({ isTransportError: true, isUnsent: false });
  });
});

async function inThisProcess(handler: Handler, transport: Transport): Promise<Setup> {
  const server = await serve(handler);
  return {
    send: (sent) => sendBy(transport, TransportError, { ...sent, path: server.origin + sent.path }),
    async [Symbol.asyncDispose]() {
      await transport.close?.();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function inPage(handler: Handler): Promise<Setup> {
  const { page, ...rest } = await openPage(handler);
  // The function travels as text, which a debugger may run under any policy of the page.
  const code = sendBy.toString();
  return {
    send: (sent) =>
      page.evaluate(
        `(${code})(connect.createXhrTransport(), connect.TransportError, ${JSON.stringify(sent)})`,
      ),
    [Symbol.asyncDispose]: rest[Symbol.asyncDispose],
  };
}

/** Runs here and in a page, so it uses nothing from outside. */
async function sendBy(
  transport: Transport,
  transportError: typeof TransportError,
  { path, sizes, abortAfterBytes = Number.POSITIVE_INFINITY }: Sent,
): Promise<Outcome> {
  const counts: number[] = [];
  const controller = new AbortController();
  const parts = (sizes ?? []).map((sizeBytes, index) => {
    const blob = new Blob([new Uint8Array(sizeBytes).fill(index + 1)]);
    const open = () => blob.stream();
    return { field: "files", name: `${index}.bin`, type: "a/b", sizeBytes, isRepeatable: true, blob, open };
  });
  try {
    const response = await transport.send({
      method: sizes ? "POST" : "GET",
      url: path,
      headers: { accept: "text/plain" },
      signal: controller.signal,
      onBytesSent: (sentBytes) => {
        counts.push(sentBytes);
        if (sentBytes >= abortAfterBytes) controller.abort(new Error("the user left"));
      },
      ...(sizes ? { body: { fields: [["manifest", "a::b"] as const], parts } } : {}),
    });
    return {
      status: response.status,
      header: response.header("x-some") ?? "",
      text: await response.text(),
      counts,
    };
  } catch (caught) {
    const { name, message } = caught instanceof Error ? caught : new Error(String(caught));
    const isTransportError = caught instanceof transportError;
    const isUnsent = caught instanceof transportError && caught.isUnsent;
    return { counts, failure: { name, message, isTransportError, isUnsent } };
  }
}

function expectedHash(sizes: number[]): string {
  const hash = createHash("sha256");
  const line = (text: string) => hash.update(Buffer.from(`${text}\r\n`));
  line('--boundary\r\nContent-Disposition: form-data; name="manifest"\r\n\r\na::b');
  for (const [index, sizeBytes] of sizes.entries()) {
    line(`--boundary\r\nContent-Disposition: form-data; name="files"; filename="${index}.bin"`);
    line("Content-Type: a/b\r\n");
    hash.update(Buffer.alloc(sizeBytes, index + 1)).update("\r\n");
  }
  line("--boundary--");
  return hash.digest("hex");
}
