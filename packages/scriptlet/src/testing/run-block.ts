import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BlockFunction } from "../context/context.ts";
import { awaitInputs } from "../executor/await-inputs.ts";
import type { ExecutorParts } from "../executor/executor-parts.ts";
import { runJob } from "../executor/run-job.ts";
import { createVariableStore } from "../executor/value-files.ts";
import { createMemoryMainframe } from "../memory-mainframe.ts";
import type { Secrets } from "../values/value-stores.ts";
import type { StackLevel } from "../wire/messages.ts";
import { type BlockRun, createBlockRun } from "./block-run.ts";
import { BlockRunTimeoutError } from "./block-run-timeout-error.ts";
import type { BlockTestOptions } from "./block-test-options.ts";
import { captureProcess } from "./capture-process.ts";
import { collectEvents } from "./collect-events.ts";
import { openTestDirectory } from "./open-test-directory.ts";
import { createTestBlocks, definitionsOf } from "./test-blocks.ts";

/**
 * Runs a block in memory, through the executor's own code and without engine, broker or process, and returns everything that
 * it sent. It never rejects because of the block: a block that throws has an `error`.
 *
 * @throws {@link BlockRunTimeoutError} if the block does not end in time.
 * @throws `UnencodableValueError` for an input that could never arrive.
 *
 * @example
 * ```ts
 * const run = await runBlock(main, { inputs: { who: "world" } });
 * expect(run.result).toEqual({ text: "hello world" });
 * ```
 */
export async function runBlock<Inputs, Outputs>(
  main: BlockFunction<Inputs, Outputs>,
  options: BlockTestOptions<Inputs> = {},
): Promise<BlockRun<Outputs>> {
  const { directories, remove } = await openDirectories(options);
  const mainframe = createMemoryMainframe();
  const ignored: string[] = [];
  const sessionId = crypto.randomUUID();
  const { nodeId = "node", timeoutMs = 30_000 } = options;
  const level: StackLevel = { flow_job_id: crypto.randomUUID(), flow: "/test/flow.oo.yaml", node_id: nodeId };
  const parts: Omit<ExecutorParts, "loadBlock"> = {
    mainframe,
    sessionId,
    packageName: options.packageName ?? "workspace",
    directories: { ...directories, tmpPkgDir: join(directories.tmpDir, options.packageName ?? "workspace") },
    initialDir: directories.sessionDir,
    variables: createVariableStore(),
    openJobs: new Set(),
    awaitInputs: (jobId) => awaitInputs({ mainframe, sessionId, jobId, timeoutMs }),
    environment: { OOMOL_TOKEN: options.token, OOCANA_PKG_DIR: directories.pkgDir, ...options.env },
    readSecrets: async () => toSecrets(options.secrets),
    flowNodeStore: () => options.flowNodeStore ?? {},
    warnLocally: (text) => ignored.push(text),
  };
  await mkdir(parts.directories.tmpPkgDir, { recursive: true });

  const blocks = await createTestBlocks(parts, options);
  const { payload, runParts } = blocks.prepare(
    { ...definitionsOf(main), ...pickDefinitions(options), main },
    {
      jobId: crypto.randomUUID(),
      inputs: options.inputs ?? {},
      stacks: options.stacks ?? [level],
      blockPath: options.blockPath,
      patches: options.inputsDefPatch,
    },
  );
  const endCapture = captureProcess();
  try {
    await withDeadline(runJob(payload, runParts), timeoutMs);
  } finally {
    endCapture();
  }
  const events = await collectEvents(mainframe.published, payload.job_id, parts.variables);
  return createBlockRun<Outputs>(events, { ignored, directories, [Symbol.asyncDispose]: remove });
}

function pickDefinitions({ inputsDef, outputsDef }: BlockTestOptions<unknown>) {
  return { ...(inputsDef && { inputsDef }), ...(outputsDef && { outputsDef }) };
}

/** Folders that the test names are its own; the others are removed with the run. */
async function openDirectories({ sessionDir, tmpDir, pkgDir }: BlockTestOptions<unknown>) {
  const temporary = await openTestDirectory();
  const own = (name: string) => join(temporary.path, name);
  const directories = {
    sessionDir: sessionDir ?? own("session"),
    tmpDir: tmpDir ?? own("tmp"),
    pkgDir: pkgDir ?? own("pkg-data"),
  };
  await Promise.all(Object.values(directories).map((path) => mkdir(path, { recursive: true })));
  return { directories, remove: temporary[Symbol.asyncDispose] };
}

function toSecrets(secrets: BlockTestOptions["secrets"]): Secrets | undefined {
  if (secrets === undefined) return undefined;
  const entries = Object.entries(secrets).map(([name, { type, values }]) => [
    name,
    {
      secretName: name,
      secretType: type,
      secrets: Object.entries(values).map(([secretKey, value]) => ({ secretKey, value })),
    },
  ]);
  return Object.fromEntries(entries) as Secrets;
}

async function withDeadline(job: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BlockRunTimeoutError(timeoutMs)), timeoutMs);
  });
  try {
    await Promise.race([job, late]);
  } finally {
    clearTimeout(timer);
  }
}
