// Sends or fetches one file in one way, in a process of any runtime that has done nothing else: prints what it took, as JSON.
import { createReadStream, openAsBlob } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { OomolConnectClient as CoreClient } from "@oomol/connect-core";
import { OomolConnectClient, saveDownload, type UploadSource } from "@oomol/connect-node";
import { timeTransfer } from "./time-transfer.ts";

const [origin = "", path = "", who = "path", sizeText = "0"] = process.argv.slice(2);
const options = { baseUrl: `${origin}/api`, timeoutMs: 120_000 };
await using client = new OomolConnectClient(options);
await using core = new CoreClient(options);
const name = "sparse.bin";
const blockId = "pkg::sink";
const send = async (source: UploadSource) =>
  Number((await client.tasks.create({ blockId, files: [source] })).task.id);

/** Each resolves to the number of bytes that arrived. */
const ways: Record<string, () => Promise<number>> = {
  path: () => send(path),
  file: async () => send(new File([await openAsBlob(path)], name)),
  blob: async () => send({ data: await openAsBlob(path), name }),
  readStream: () => send(createReadStream(path)),
  webStream: () => send({ data: Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>, name }),
  async byteStream() {
    await using handle = await open(path);
    // Awaited before the handle is closed.
    return await send({ data: handle.readableWebStream() as ReadableStream<Uint8Array>, name });
  },
  async coreBlob() {
    const files = [{ data: await openAsBlob(path), name }];
    return Number((await core.tasks.create({ blockId, files })).task.id);
  },
  async download() {
    const download = await client.tasks.download("t", sizeText);
    return (await saveDownload(download, `${path}.saved`, { ifExists: "replace" })).sizeBytes;
  },
};
const way = ways[who];
if (!way) throw new Error(`There is no way called ${who}.`);

// The first request loads what later ones use.
await core.tasks.create({ blockId, files: [{ data: "a", name }] });
await send({ data: "a", name });
process.stdout.write(`${JSON.stringify(await timeTransfer(Number(sizeText), way))}\n`);
