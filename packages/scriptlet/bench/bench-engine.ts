import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { openMqttMainframe } from "../src/mqtt-mainframe.ts";
import type { HandleDefs } from "../src/wire/index.ts";

const executorProgram = fileURLToPath(new URL("../bin/nodejs-executor.js", import.meta.url));

type Message = { type: string; job_id?: string; [field: string]: unknown };

/** As much of an engine as measuring needs: no list of what it heard, no search. */
export async function openBenchEngine(address: string, scopePath: string) {
  const sessionId = randomUUID();
  const mainframe = await openMqttMainframe({ address, clientId: `bench-${sessionId}` });
  const identifier = `${sessionId}-${createHash("sha256").update(scopePath).digest("hex").slice(0, 16)}`;
  const ends = new Map<string, (message: Message) => void>();
  const counts = new Map<string, number>();
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
      const inputs = { type: "BlockInputs", session_id: sessionId, job_id: jobId, stacks: [] };
      const nothing = { inputs: {}, inputs_def: null, inputs_def_patch: null };
      void mainframe.publish(`inputs/${sessionId}/${jobId}`, JSON.stringify({ ...inputs, ...nothing }));
    } else if (message.type === "BlockFinished") {
      heard.blockFinished += 1;
      ends.get(jobId)?.(message);
      ends.delete(jobId);
    }
  });

  return {
    sessionId,
    /** Milliseconds from spawn to ExecutorReady, and the process. */
    async spawnExecutor(env: Record<string, string>): Promise<{ readyMs: number; child: ChildProcess }> {
      const ready = new Promise<void>((resolve) => {
        onReady = resolve;
      });
      const own = ["--session-id", sessionId, "--address", address, "--session-dir", scopePath];
      const args = [...own, "--tmp-dir", scopePath, "--identifier", identifier, "--package", scopePath];
      const start = performance.now();
      const child = spawn(process.execPath, [executorProgram, ...args], {
        stdio: ["ignore", "inherit", "inherit"],
        env: { ...process.env, ...env },
      });
      await ready;
      return { readyMs: performance.now() - start, child };
    },
    /** Milliseconds from run_block to BlockFinished. */
    async run(
      entry: string,
      outputs: HandleDefs = { value: { handle: "value" } },
    ): Promise<{ ms: number; jobId: string; message: Message }> {
      const jobId = randomUUID();
      const ended = new Promise<Message>((resolve) => ends.set(jobId, resolve));
      const payload = { type: "BlockPayload", session_id: sessionId, executor_name: "nodejs", job_id: jobId };
      const where = { stacks: [], dir: scopePath, executor: { name: "nodejs", options: { entry } } };
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
    async stop(child: ChildProcess): Promise<void> {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
    },
    close: () => mainframe.close(),
  };
}
