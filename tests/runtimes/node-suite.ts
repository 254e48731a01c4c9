// What the client for Node.js promises besides, on every runtime that has files: those of disk, with flat memory.
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiError, OomolConnectClient, saveDownload } from "@oomol/connect-node";
import { block, type Checks, checksOf, equal, failureOf, ok, retry } from "./suite.ts";

export const nodeChecks: Checks = {
  ...checksOf(OomolConnectClient as unknown as Parameters<typeof checksOf>[0]),
  "uploads from disk with flat memory: by a path": (origin) => uploadsFlatly(origin, (path) => path),
  "uploads from disk with flat memory: by a stream": (origin) => uploadsFlatly(origin, createReadStream),
  "saves a download": async (origin) => {
    await using client = open(origin, "files");
    await using folder = await temporaryFolder();
    const outcome = await client.tasks.run(block);
    const download = await client.tasks.download(outcome, String(outcome.result.file));
    equal((await saveDownload(download, join(folder.path, "saved.bin"))).sizeBytes, 1_000_000);
  },
  "a file that is not there is told": async (origin) => {
    await using client = open(origin, "uploads");
    const failure = await failureOf(client.tasks.run({ ...block, files: ["/no/such/file"] }));
    ok(String(failure).includes('"/no/such/file" does not exist'), failure);
  },
  "an upload that is refused is an ApiError": async (origin) => {
    await using client = open(origin, "refusing");
    const files = [{ data: new Uint8Array(1_000_000), name: "a" }];
    const failure = await failureOf(client.tasks.run({ ...block, files }));
    ok(failure instanceof ApiError && failure.status === 401, failure);
  },
  "a closed client says so, and may be closed twice": async (origin) => {
    const client = open(origin, "plain");
    await client.tasks.list();
    await client.close();
    await client.close();
    ok(String(await failureOf(client.tasks.list())).includes("is closed"), "still open");
  },
};

const bytes = 256 * 2 ** 20;
/** Who keeps what was sent grows by all of it; a runtime frees it when it likes, but long before so much. */
const mostGrowthMiB = 128;

async function uploadsFlatly(
  origin: string,
  sourceOf: (path: string) => string | ReturnType<typeof createReadStream>,
) {
  await using client = open(origin, "sink");
  await using folder = await temporaryFolder();
  const path = join(folder.path, "large.bin");
  await writeFile(path, new Uint8Array(bytes));
  const before = process.memoryUsage().rss;
  let growth = 0;
  const grown = () => process.memoryUsage().rss - before;
  const note = () => {
    // Garbage is no growth: Bun collects it when asked.
    if (grown() > mostGrowthMiB * 2 ** 20) Reflect.get(globalThis, "Bun")?.gc(true);
    growth = Math.max(growth, grown());
  };
  await client.tasks.create({ ...block, files: [sourceOf(path)] }, { onUploadProgress: note });
  ok(growth / 2 ** 20 < mostGrowthMiB, `grew by ${Math.round(growth / 2 ** 20)} MiB`);
}

function open(origin: string, scenario: string): OomolConnectClient {
  return new OomolConnectClient({ baseUrl: `${origin}/${scenario}/api`, retry });
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "oomol-connect-suite-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
