import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { OomolConnectClient } from "@oomol/connect-node";
import { openCuttingProxy } from "./helpers/cutting-proxy.ts";
import { type Measurement, median, medianAndSpread, ratios } from "./helpers/measure.ts";
import { startProgram } from "./helpers/start-program.ts";
import { watchMemory } from "./helpers/watch-memory.ts";

const sizeMib = 4_096;
const breaks = 10;
const rounds = 2;
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const built = at("../apps/server/dist/cli.js");
const packages = at("../apps/server/test/fixtures/packages");
const blockId = "lab::one-file";

interface Sent {
  seconds: number;
  bytesRatio: number;
  serverMib: number;
  clientMib: number;
}

/** A large upload over a line that breaks, beside one over a line that does not. */
export async function measure(): Promise<Measurement> {
  if (!existsSync(built)) throw new Error("The server is not built here: run `pnpm build` first.");
  const folder = await mkdtemp(join(tmpdir(), "connect-bench-"));
  try {
    const flags = ["--packages", packages, "--port", "0", "--data", folder, "--spare-executors", "0"];
    await using server = await startProgram(built, flags);
    await using proxy = await openCuttingProxy(server.url);
    await using client = new OomolConnectClient({ baseUrl: server.url });
    const file = join(folder, "sparse.bin");
    await writeFile(file, "");
    await truncate(file, sizeMib * 2 ** 20);

    const send = async (count: number): Promise<Sent> => {
      await promisify(execFile)("sync").catch(() => undefined);
      const sender = await startSender(proxy.through(server.url));
      try {
        await tell(sender, at("./uploads.bench.ts")); // loads what it needs
        const memories = [watchMemory(server.pid), watchMemory(sender.pid ?? 0)];
        proxy.cutAt(Array.from({ length: count }, () => Math.random() * sizeMib * 2 ** 20));
        const { taskId, tookMs } = await tell(sender, file);
        const [serverMib = 0, clientMib = 0] = memories.map((memory) => memory.stop());
        const { sentBytes, cuts } = proxy;
        if (cuts !== count) throw new Error(`The line broke ${cuts} times, not ${count}.`);
        const run = client.tasks.attach(taskId);
        const { size } = (await run.result()).result as { size: number };
        if (size !== sizeMib * 2 ** 20) throw new Error(`Only ${size} bytes arrived.`);
        await client.tasks.delete(taskId);
        return { seconds: tookMs / 1_000, bytesRatio: sentBytes / size, serverMib, clientMib };
      } finally {
        sender.disconnect();
      }
    };

    const whole: Sent[] = [];
    const broken: Sent[] = [];
    for (let round = 0; round < rounds; round += 1) {
      whole.push(await send(0));
      broken.push(await send(breaks));
    }
    const seconds = (all: readonly Sent[]) => all.map((one) => one.seconds);
    const row = (name: string, all: readonly Sent[]) => [
      name,
      medianAndSpread(seconds(all), 1),
      medianAndSpread(ratios(seconds(all), seconds(whole))),
      medianAndSpread(
        all.map(({ bytesRatio }) => bytesRatio),
        4,
      ),
      Math.round(median(all.map(({ serverMib }) => serverMib))),
      Math.round(median(all.map(({ clientMib }) => clientMib))),
    ];
    return {
      title: "An upload over a line that breaks",
      note: `${sizeMib} MiB by connect-node to the built server, a process each, through a proxy that resets every connection ${breaks} times, after random numbers of bytes; ${rounds} rounds in turns. What the client sends, in bytes of the file; by how many MiB the processes grow at most. Goals: 1.02 × the bytes, 1.3 × the time, 64 MiB.`,
      columns: ["line", "seconds", "× whole", "sent × size", "server grows by, MiB", "client grows by, MiB"],
      rows: [row("whole", whole), row(`broken ${breaks} times`, broken)],
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function startSender(baseUrl: string): Promise<ChildProcess> {
  const sender = fork(at("./helpers/upload-sender.ts"), [baseUrl, blockId]);
  await once(sender, "message");
  return sender;
}

async function tell(sender: ChildProcess, path: string): Promise<{ taskId: string; tookMs: number }> {
  sender.send(path);
  const [message] = await Promise.race([once(sender, "message"), once(sender, "exit")]);
  if (typeof message !== "object" || message === null) throw new Error("The sender has ended.");
  return message;
}
