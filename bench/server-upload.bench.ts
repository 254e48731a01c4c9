import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compareUploads } from "./helpers/compare-uploads.ts";
import type { Measurement } from "./helpers/measure.ts";
import { startProgram } from "./helpers/start-program.ts";

const sizeMib = 2_048;
const rounds = 3;
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const built = at("../apps/server/dist/cli.js");
const packages = at("../apps/server/test/fixtures/packages");

/** A large upload into the built server, beside a bare `node:http` handler that writes what comes into a file. */
export async function measure(): Promise<Measurement> {
  if (!existsSync(built)) throw new Error("The server is not built here: run `pnpm build` first.");
  const folder = await mkdtemp(join(tmpdir(), "connect-bench-"));
  try {
    const flags = ["--packages", packages, "--port", "0", "--data", folder, "--spare-executors", "0"];
    await using server = await startProgram(built, flags);
    await using sink = await startProgram(at("./helpers/file-sink.ts"), [folder]);
    const rows = await compareUploads({
      receivers: [
        {
          name: "bare node:http sink, to a file",
          program: sink,
          // It answers with what arrived in place of an id.
          countBytes: async (_client, taskId) => Number(taskId),
        },
        {
          name: "connect-server, as it is built",
          program: server,
          // What the block found.
          countBytes: async (client, taskId) =>
            Number((await client.tasks.attach(taskId).result()).result.size),
        },
      ],
      blockId: "lab::one-file",
      sizeMib,
      rounds,
      timeoutMs: 240_000,
    });
    return {
      title: "An upload into the server",
      note: `${sizeMib} MiB by connect-node, from the call to the created task, sender and receiver in a process each, ${rounds} rounds in turns; by how many MiB the receiver's process grows at most, looked at from outside. Both write what comes to the same disk; the sink does not look at the form.`,
      columns: ["receiver", "grows by, MiB", "MiB/s", "× sink"],
      rows,
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
