import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openMqttMainframe } from "../src/mqtt-mainframe.ts";
import type { HandleDefs } from "../src/wire/index.ts";
import { openMosquitto } from "../test/helpers/open-mosquitto.ts";

const executorProgram = fileURLToPath(new URL("../bin/nodejs-executor.js", import.meta.url));
const built = fileURLToPath(new URL("../dist", import.meta.url));

type Message = { type: string; job_id?: string; [field: string]: unknown };

/**
 * A broker, a folder that holds these blocks, and as much of an engine as measuring needs: no list of what it heard, no search.
 * Executors are processes of what is built. All of it is gone when it is disposed.
 */
export async function openBench(blocks: Record<string, string>) {
  if (!existsSync(built)) throw new Error("The executor is not built here: run `pnpm build` first.");
  const broker = await openMosquitto();
  const folder = await mkdtemp(join(tmpdir(), "scriptlet-bench-"));
  for (const [name, text] of Object.entries(blocks)) await writeFile(join(folder, name), text);
  const sessionId = randomUUID();
  const mainframe = await openMqttMainframe({ address: broker.address, clientId: `bench-${sessionId}` });
  const identifier = `${sessionId}-${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;
  const ends = new Map<string, (message: Message) => void>();
  const counts = new Map<string, number>();
  const inputsOf = new Map<string, Record<string, unknown>>();
  const offeredAt = new Map<string, number>();
  const readyMs: number[] = [];
  const heard = { executorReady: 0, blockReady: 0, blockFinished: 0 };
  let onReady = () => {};
  await mainframe.subscribe(`session/${sessionId}`, (text) => {
    const message = JSON.parse(text) as Message;
    const jobId = String(message.job_id);
    if (message.type === "ExecutorReady") {
      heard.executorReady += 1;
      onReady();
    } else if (message.type === "BlockOutput") counts.set(jobId, (counts.get(jobId) ?? 0) + 1);
    else if (message.type === "BlockReady") {
      heard.blockReady += 1;
      readyMs.push(performance.now() - (offeredAt.get(jobId) ?? Number.NaN));
      offeredAt.delete(jobId);
      const about = { type: "BlockInputs", session_id: sessionId, job_id: jobId, stacks: [] };
      const what = { inputs: inputsOf.get(jobId), inputs_def: null, inputs_def_patch: null };
      inputsOf.delete(jobId);
      void mainframe.publish(`inputs/${sessionId}/${jobId}`, JSON.stringify({ ...about, ...what }));
    } else if (message.type === "BlockFinished") {
      heard.blockFinished += 1;
      ends.get(jobId)?.(message);
      ends.delete(jobId);
    }
  });

  return {
    address: broker.address,
    folder,
    /** Resolves when it is ready, with the milliseconds since it was spawned. */
    async startExecutor(): Promise<BenchExecutor> {
      const ready = new Promise<void>((resolve) => {
        onReady = resolve;
      });
      const own = ["--session-id", sessionId, "--address", broker.address, "--session-dir", folder];
      const args = [...own, "--tmp-dir", folder, "--identifier", identifier, "--package", folder];
      const start = performance.now();
      const child = spawn(process.execPath, [executorProgram, ...args], {
        stdio: ["ignore", "inherit", "inherit"],
        env: { ...process.env, OOMOL_SCRIPTLET_CACHE_DIR: join(folder, ".cache") },
      });
      await ready;
      return {
        readyMs: performance.now() - start,
        child,
        async [Symbol.asyncDispose]() {
          child.kill("SIGTERM");
          if (child.exitCode === null) await once(child, "exit");
        },
      };
    },
    /** Milliseconds from run_block to BlockFinished. */
    async run(
      entry: string,
      { inputs = {}, outputs = { value: { handle: "value" } } }: RunOptions = {},
    ): Promise<{ ms: number; jobId: string; message: Message }> {
      const jobId = randomUUID();
      inputsOf.set(jobId, inputs);
      const ended = new Promise<Message>((resolve) => ends.set(jobId, resolve));
      const payload = { type: "BlockPayload", session_id: sessionId, executor_name: "nodejs", job_id: jobId };
      const where = { stacks: [], dir: folder, executor: { name: "nodejs", options: { entry } } };
      const start = performance.now();
      offeredAt.set(jobId, start);
      void mainframe.publish(
        "executor/nodejs/run_block",
        JSON.stringify({ ...payload, ...where, outputs, identifier }),
      );
      const message = await ended;
      if (message.error !== undefined) throw new Error(String(message.error));
      return { ms: performance.now() - start, jobId, message };
    },
    /** How often each came, and the milliseconds from run_block to BlockReady of each job. */
    heard: heard as Readonly<typeof heard>,
    readyMs: readyMs as readonly number[],
    outputsOf: (jobId: string) => counts.get(jobId) ?? 0,
    async [Symbol.asyncDispose]() {
      await mainframe.close();
      await broker[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

export interface RunOptions {
  inputs?: Record<string, unknown>;
  outputs?: HandleDefs;
}

export interface BenchExecutor extends AsyncDisposable {
  readyMs: number;
  child: ChildProcess;
}
