// Uploads one file in a process that has done nothing else: sends seconds and growth of its memory to the parent.
import { openAsBlob } from "node:fs";
import { OomolConnectClient } from "@oomol/connect-node";
import { timeTransfer } from "./time-transfer.ts";

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
const transfer = await timeTransfer(Number(sizeText), async () => Number(await upload(path)));
await client.close();
process.send?.(transfer, () => process.exit());
