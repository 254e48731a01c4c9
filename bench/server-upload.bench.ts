import { existsSync } from "node:fs";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OomolConnectClient } from "@oomol/connect-node";
import { inTurns, type Measurement, medianAndSpread, ratios } from "./helpers/measure.ts";
import { startProgram } from "./helpers/start-program.ts";
import { watchMemory } from "./helpers/watch-memory.ts";

const sizeMib = 2_048;
const sizeBytes = sizeMib * 2 ** 20;
const rounds = 3;
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const built = at("../apps/server/dist/cli.js");
const packages = at("../apps/server/test/fixtures/packages");

/** A large upload into the built server, beside a bare `node:http` handler that writes what comes into a file. */
export async function measure(): Promise<Measurement> {
  if (!existsSync(built)) throw new Error("The server is not built here: run `pnpm build` first.");
  const folder = await mkdtemp(join(tmpdir(), "connect-bench-"));
  const file = join(folder, "sparse.bin");
  await writeFile(file, "");
  await truncate(file, sizeBytes);
  try {
    const flags = ["--packages", packages, "--port", "0", "--data", folder, "--spare-executors", "0"];
    await using server = await startProgram(built, flags);
    await using sink = await startProgram(at("./helpers/file-sink.ts"), [folder]);
    const grown = { sink: [] as number[], server: [] as number[] };
    const upload = async (who: keyof typeof grown): Promise<number> => {
      const { pid, url } = { sink, server }[who];
      await using client = new OomolConnectClient({ baseUrl: url, timeoutMs: 240_000 });
      const send = async (path: string) =>
        (await client.tasks.createWithFiles("lab::one-file", {}, path)).task.id;
      await settle(client, who, await send(at("./server-upload.bench.ts"))); // loads what it needs
      const memory = watchMemory(pid);
      const startedMs = performance.now();
      const id = await send(file);
      const seconds = (performance.now() - startedMs) / 1_000;
      grown[who].push(memory.stop());
      const arrivedBytes = await settle(client, who, id);
      if (!(arrivedBytes >= sizeBytes))
        throw new Error(`Only ${arrivedBytes} of ${sizeBytes} bytes arrived.`);
      return sizeMib / seconds;
    };
    const speeds = await inTurns(
      { sink: () => upload("sink"), server: () => upload("server") },
      { rounds, warmUps: 0 },
    );
    const row = (name: string, who: keyof typeof grown) => [
      name,
      medianAndSpread(grown[who], 1),
      medianAndSpread(speeds[who], 0),
      medianAndSpread(ratios(speeds[who], speeds.sink)),
    ];
    return {
      title: "An upload into the server",
      note: `${sizeMib} MiB by connect-node, from the call to the created task, sender and receiver in a process each, ${rounds} rounds in turns; by how many MiB the receiver's process grows at most, looked at from outside. Both write what comes to the same disk; the sink does not look at the form.`,
      columns: ["receiver", "grows by, MiB", "MiB/s", "× sink"],
      rows: [row("bare node:http sink, to a file", "sink"), row("connect-server, as it is built", "server")],
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** How many bytes arrived: the sink says so at once, of the server's it is what the block found. */
async function settle(client: OomolConnectClient, who: "sink" | "server", id: string): Promise<number> {
  if (who === "sink") return Number(id);
  const { result } = await client.tasks.attach(id).result();
  return Number(result.size);
}
