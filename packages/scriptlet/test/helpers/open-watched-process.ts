import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Leftover } from "../../src/executor/cleanliness/leftover.ts";
import { createWorkspace } from "./workspace.ts";

export interface JobOrder {
  dir: string;
  entry: string;
  inputs: Record<string, unknown>;
  graceMs: number;
}

export interface JobReport {
  leftovers: Leftover[];
  /** What the job ended with. */
  error: string | undefined;
  cpuMicroseconds: number;
}

export interface WatchedProcess extends AsyncDisposable {
  pid: number;
  /** Writes a file beside the blocks. */
  write(name: string, text: string): Promise<string>;
  /** Runs the source of a block's module and tells what it has left. */
  run(
    source: string,
    inputs?: Record<string, unknown>,
    graceMs?: number,
    extension?: string,
  ): Promise<JobReport>;
}

/** A process that runs jobs as the executor does and is watched meanwhile. */
export async function openWatchedProcess(): Promise<WatchedProcess> {
  const workspace = await createWorkspace();
  const program = fileURLToPath(new URL("./watched-process-program.ts", import.meta.url));
  const child = fork(program, [workspace.path], {
    // It leads its group, as the server starts it.
    detached: true,
    silent: true,
    execArgv: ["--conditions=@oomol/source"],
    cwd: workspace.path,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const exited = once(child, "exit");
  const answer = async <Message>() => {
    const message = once(child, "message") as Promise<[Message]>;
    const ended = exited.then(([code]) =>
      Promise.reject(new Error(`The process ended with ${code}: ${said}`)),
    );
    const [report] = await Promise.race([message, ended]);
    return report;
  };
  await answer();
  const { pid } = child as { pid: number };
  let blocks = 0;
  return {
    pid,
    write: workspace.write,
    async run(source, inputs = {}, graceMs = 200, extension = "mjs") {
      blocks += 1;
      const entry = `block-${blocks}.${extension}`;
      await workspace.write(entry, source);
      const order: JobOrder = { dir: workspace.path, entry, inputs, graceMs };
      const report = answer<JobReport>();
      child.send(order);
      return report;
    },
    async [Symbol.asyncDispose]() {
      // With all that blocks have left.
      process.kill(-pid, "SIGKILL");
      await exited;
      await workspace[Symbol.asyncDispose]();
    },
  };
}
