import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { traceVariables } from "@oomol/connect-shared/trace-context";
import type { Context } from "@oomol/scriptlet";
import { openOutputPipes } from "../../processes/output-pipes.ts";

interface Inputs {
  command?: unknown;
  /** The folder to run it in. */
  cwd?: unknown;
  /** `NAME=VALUE,NAME=VALUE`. */
  envs?: unknown;
}

/** Runs a command as the engine does: by `sh`, each line a log, and both streams as outputs at its end. */
export default async function runCommand(inputs: Inputs, context: Context): Promise<object> {
  const { command, cwd, envs } = inputs;
  if (typeof command !== "string" || command === "")
    throw new Error('The input "command" must be a command.');
  const { child, stdout, stderr } = await start(command, {
    ...(typeof cwd === "string" && cwd !== "" && { cwd }),
    env: {
      ...process.env,
      ...variablesOf(envs),
      OOCANA_SESSION_ID: context.sessionId,
      OOCANA_JOB_ID: context.jobId,
      ...traceVariables(context.trace),
    },
  });
  const failed = once(child, "error").then(([error]) => Promise.reject(error));
  const closed = once(child, "close");
  const reading = Promise.all([
    collect(stdout, (line) => console.log(line)),
    collect(stderr, (line) => console.error(line)),
  ]);
  const [out, err] = await Promise.race([reading, failed]);
  const [code, signal] = await Promise.race([closed, failed]);
  if (code !== 0) throw new Error(`The command ended with ${code === null ? signal : `code ${code}`}.`);
  const made = { stdout: out, stderr: err };
  // What the block does not declare nobody waits for.
  return Object.fromEntries(Object.entries(made).filter(([handle]) => handle in context.outputsDef));
}

async function start(
  command: string,
  options: SpawnOptions,
): Promise<{ child: ChildProcess; stdout: Readable; stderr: Readable }> {
  const pipes = await openOutputPipes();
  if (pipes === undefined) {
    const child = spawn("sh", ["-c", command], { ...options, stdio: ["ignore", "pipe", "pipe"] });
    return { child, stdout: child.stdout, stderr: child.stderr };
  }
  try {
    const child = spawn("sh", ["-c", command], { ...options, stdio: ["ignore", ...pipes.descriptors] });
    return { child, stdout: pipes.stdout, stderr: pipes.stderr };
  } finally {
    pipes.handOver();
  }
}

async function collect(stream: Readable, tell: (line: string) => void): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    tell(line);
    lines.push(line);
  }
  return lines.join("\n");
}

function variablesOf(envs: unknown): Record<string, string> {
  const pairs = typeof envs === "string" ? envs.split(",") : [];
  const entries = pairs.flatMap((pair) => {
    const [, name, value] = /^\s*([^=]+)=(.*)$/s.exec(pair) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}
