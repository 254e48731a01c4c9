// Uploads one file in a process that has done nothing else: sends seconds and growth of its memory to the parent.
import { openAsBlob } from "node:fs";
import { OomolConnectClient } from "@oomol/connect-node";

const [origin = "", path = "", who = "client", sizeText = "0"] = process.argv.slice(2);
const client = new OomolConnectClient({ baseUrl: `${origin}/api`, timeoutMs: 120_000 });

const uploads: Record<string, (path: string) => Promise<string>> = {
  client: async (file) => (await client.tasks.create({ blockId: "pkg::sink", files: [file] })).task.id,
  async fetch(file) {
    const form = new FormData();
    form.set("manifest", "pkg::sink");
    form.set("files", await openAsBlob(file), "sparse.bin");
    const response = await fetch(`${origin}/api/v1/tasks`, { method: "POST", body: form });
    return ((await response.json()) as { task: { id: string } }).task.id;
  },
};
const upload = uploads[who];
if (!upload) throw new Error(`There is no way to upload called ${who}.`);

// The first request loads what later ones use.
await upload(import.meta.filename);
globalThis.gc?.();
const startRss = process.memoryUsage.rss();
let mostRss = startRss;
const watch = setInterval(() => {
  mostRss = Math.max(mostRss, process.memoryUsage.rss());
}, 10);
const startedMs = performance.now();
const receivedBytes = Number(await upload(path));
const seconds = (performance.now() - startedMs) / 1_000;
clearInterval(watch);
await client.close();
if (!(receivedBytes >= Number(sizeText)))
  throw new Error(`Only ${receivedBytes} of ${sizeText} bytes arrived.`);
process.send?.({ seconds, growthBytes: mostRss - startRss }, () => process.exit());
