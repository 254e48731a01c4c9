import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { extensionNames } from "@oomol/connect-core/wire";
import { OomolConnectClient, TransportError } from "@oomol/connect-node";
import { openGateway } from "@oomol/fault-proxy";
import { startReverseProxy } from "@oomol/test-helpers/start-reverse-proxy";
import { describe, expect, test } from "vitest";
import { decodeBody } from "../src/decode-body.ts";
import { serveFake } from "./helpers/serve-fake.ts";

const content = Buffer.from("what the server has said ".repeat(5_000));
const decoded = async (body: Buffer, coding: string) =>
  buffer(await decodeBody(Readable.from([body]), coding));

describe("the body of an answer", () => {
  test.each([
    ["gzip", gzipSync(content)],
    ["x-gzip", gzipSync(content)],
    ["deflate", deflateSync(content)],
    ["br", brotliCompressSync(content)],
    ["zstd", zstdCompressSync(content)],
    ["identity", content],
    ["", content],
    ["GZIP , br", brotliCompressSync(gzipSync(content))],
  ])("with the Content-Encoding %s is what was encoded", async (coding, body) => {
    expect(content.equals(await decoded(body, coding))).toBe(true);
  });

  test.each(["lzma", "constructor", "gzip, gzip, gzip, gzip"])("with %s is refused", async (coding) => {
    await expect(decoded(content, coding)).rejects.toThrow(TransportError);
    await expect(decoded(content, coding)).rejects.toThrow(`has the Content-Encoding "${coding}"`);
  });

  test("that breaks off within its coding fails", async () => {
    await expect(decoded(gzipSync(content).subarray(0, 100), "gzip")).rejects.toThrow(/unexpected end/);
  });

  test("that is not what its coding says fails", async () => {
    await expect(decoded(content, "gzip")).rejects.toThrow(/incorrect header/);
  });
});

describe("a download is the file itself, and broken off it is resumed or fails", () => {
  const bytes = Uint8Array.from({ length: 1_000_000 }, (_, index) => (index * 7) % 251);
  const serveFile = () =>
    serveFake(
      new FakeConnectServer({
        extensions: extensionNames,
        onTask: (task) => void task.complete({ file: task.writeFile("out/a.bin", bytes, "text/plain") }),
      }),
    );
  const downloaded = async (origin: string) => {
    await using client = new OomolConnectClient({
      baseUrl: `${origin}/api`,
      retry: { baseMs: 1, limit: 5 },
    });
    const outcome = await client.tasks.run({ blockId: "a::b" });
    const download = await client.tasks.download(outcome, String(outcome.result.file));
    return Buffer.from(await download.bytes());
  };

  test("through a gateway that compresses whatever is asked", async () => {
    await using server = await serveFile();
    await using gateway = await openGateway("compresses every answer", server.origin);
    expect(Buffer.from(bytes).equals(await downloaded(gateway.origin))).toBe(true);
  });

  test("through a gateway that compresses, with an answer that breaks off", async () => {
    await using server = await serveFile();
    server.fake.inject({ kind: "truncated" }, { path: /\/files\// });
    await using gateway = await openGateway("compresses every answer", server.origin);
    await expect(downloaded(gateway.origin)).rejects.toThrow(/broke off after/);
  });

  test.each(["nginx", "caddy"] as const)("through %s, with answers that break off", async (kind) => {
    await using server = await serveFile();
    server.fake.inject({ kind: "truncated" }, { path: /\/files\//, times: 2 });
    await using gateway = await startReverseProxy({ kind, target: server.origin });
    expect(Buffer.from(bytes).equals(await downloaded(gateway.origin))).toBe(true);
    expect(server.fake.requestsTo("GET", /\/files\//).at(-1)?.headers.range).toMatch(/^bytes=\d+-$/);
  });
});
