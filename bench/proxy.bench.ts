import { fileURLToPath } from "node:url";
import { startSink } from "../packages/node/bench/start-sink.ts";
import { compareUploads } from "./helpers/compare-uploads.ts";
import type { Measurement } from "./helpers/measure.ts";
import { startProgram } from "./helpers/start-program.ts";

const sizeMib = 1_000;
const rounds = 3;
const program = fileURLToPath(new URL("./helpers/proxy-program.ts", import.meta.url));

/** One large upload through `createConnectProxy`, beside a bare `node:http` proxy: what each holds, and its speed. */
export async function measure(): Promise<Measurement> {
  const sink = await startSink();
  try {
    await using bare = await startProgram(program, ["bare", sink.origin]);
    await using ours = await startProgram(program, ["ours", sink.origin]);
    // The sink answers with what arrived in place of an id.
    const countBytes = async (_client: unknown, taskId: string) => Number(taskId);
    const rows = await compareUploads({
      receivers: [
        { name: "bare node:http", program: bare, countBytes },
        { name: "createConnectProxy", program: ours, countBytes },
      ],
      blockId: "pkg::sink",
      sizeMib,
      rounds,
      timeoutMs: 120_000,
    });
    return {
      title: "An upload through the proxy",
      note: `${sizeMib} MiB by connect-node to a sink, sender, proxy and sink in a process each, ${rounds} rounds in turns; by how many MiB the proxy's process grows at most, looked at from outside. Both proxies stay up, so a later round finds memory that the first has taken. The bare one pipes the request on; ours reads the form, checks it and writes it anew.`,
      columns: ["proxy", "grows by, MiB", "MiB/s", "× bare"],
      rows,
    };
  } finally {
    sink.stop();
  }
}
