import { randomBytes, randomUUID } from "node:crypto";
import { appendFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { inTurns, type Measurement, medianAndSpread, ratios, round } from "../../../bench/helpers/measure.ts";
import { openDatabase } from "../src/store/database.ts";
import { TaskStore } from "../src/store/task-store.ts";
import { makeDataDirectory } from "../test/open-test-server.ts";

const rounds = 3;
const charactersPerRound = 20_000_000;

/** Lines that a block prints, which cannot be compressed, stored as the server stores them, beside a plain file. */
export async function measure(): Promise<Measurement> {
  const rows: Measurement["rows"] = [];
  for (const characters of [100, 900, 1_500, 5_000]) {
    const lines = Array.from({ length: charactersPerRound / characters }, () =>
      randomBytes(characters).toString("base64").slice(0, characters),
    );
    let size = Number.NaN;
    const ms = await inTurns(
      {
        file: () => writeFile(lines),
        server: async () => {
          const stored = await storeLogs(lines);
          size = stored.sizeBytes / charactersPerRound;
          return stored.ms;
        },
      },
      { rounds },
    );
    rows.push([
      characters,
      medianAndSpread(ms.file, 0),
      medianAndSpread(ms.server, 0),
      medianAndSpread(ratios(ms.server, ms.file)),
      `${round(size)} ×`,
    ]);
  }
  return {
    title: "Lines of a task on disk",
    note: `${rounds} rounds in turns of ${charactersPerRound / 1e6} MB of lines each, in the server's store (SQLite, each line an event with its ids) and appended to a file in one piece. The size is that of the database when it is closed, by the characters of the lines.`,
    columns: ["characters a line", "file, ms", "store, ms", "× file", "size"],
    rows,
  };
}

async function writeFile(lines: readonly string[]): Promise<number> {
  await using directory = await makeDataDirectory();
  const startedMs = performance.now();
  appendFileSync(join(directory.path, "lines.txt"), lines.join("\n"));
  return performance.now() - startedMs;
}

async function storeLogs(lines: readonly string[]): Promise<{ ms: number; sizeBytes: number }> {
  await using directory = await makeDataDirectory();
  const store = new TaskStore(await openDatabase(directory.path));
  const id = randomUUID();
  const task = { id, blockId: "lab::chatter", packageVersion: "1.0.0", inputValues: [], inputs: {} };
  await store.create(task);
  await store.writer.claim([id]);
  const startedMs = performance.now();
  const about = {
    session_id: randomUUID(),
    job_id: randomUUID(),
    block_path: "/lab/blocks/chatter",
    stacks: [],
  };
  for (const [index, log] of lines.entries()) {
    const event = { type: "BlockLog", ...about, stdio: "stdout", log };
    await store.writer.appendLog(id, { sessionId: about.session_id, nodeId: "_", type: event.type, event });
    if (index % 200 === 0) await setImmediate(); // as they come in through a socket
  }
  await store.writer.setStatus(id, "completed");
  const ms = performance.now() - startedMs;
  await store.close();
  return { ms, sizeBytes: statSync(join(directory.path, "connect.db")).size };
}
