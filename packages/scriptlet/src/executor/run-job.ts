import { resolve } from "node:path";
import { format, inspect } from "node:util";
import { keepAlive } from "../context/context.ts";
import { createContext } from "../context/create-context.ts";
import { createJobChannel, type JobChannel } from "../context/job-channel.ts";
import { resolveInputs } from "../values/resolve-inputs.ts";
import type { BlockInputs, BlockPayload } from "../wire/messages.ts";
import { flushOutput } from "./capture-output.ts";
import type { ExecutorParts } from "./executor-parts.ts";
import { type JobScope, jobScope } from "./job-scope.ts";
import { madeOnUse } from "./made-on-use.ts";
import { placeInTrace } from "./place-in-trace.ts";
import { traceEntry } from "./trace-entry.ts";
import { createJobFiles } from "./value-files.ts";

/** Runs one job from `run_block` to its finish (oocana-protocol 2.6). Never rejects: every failure becomes the job's end. */
export async function runJob(payload: BlockPayload, parts: ExecutorParts): Promise<void> {
  const { mainframe, sessionId, initialDir, warnLocally } = parts;
  const { job_id: jobId, stacks } = payload;
  const channel = createJobChannel({
    mainframe,
    sessionId,
    jobId,
    stacks,
    warnLocally,
    beforeFinish: parts.beforeFinish,
    progressWindowMs: parts.relaxed?.progressWindowMs,
  });
  const scope = createJobScope(channel);
  parts.openJobs.add(channel);
  // First of all who wait for it: they find it gone.
  const finished = channel.whenFinished.then(() => parts.openJobs.delete(channel));
  try {
    const options = payload.executor.options;
    const source = {
      dir: resolve(initialDir, payload.dir),
      entry: options?.entry,
      functionName: options?.function,
    };
    // While the inputs are on their way.
    const loading = parts.loadBlock(source);
    loading.catch(() => undefined);
    const message = await parts.awaitInputs(jobId);
    channel.setBlockPath(message.block_path);
    const context = await createJobContext(payload, message, channel, parts);
    const block = await loading;
    const { trace } = context;
    const enter = trace && (await traceEntry(trace, source.dir));
    const run = async () => block(context.inputs, context);
    const result = await jobScope.run(scope, enter ? () => enter(run) : run);
    flushOutput(scope);
    if (result !== keepAlive) await endWith(result, channel, context);
  } catch (error) {
    flushOutput(scope);
    if (!channel.isFinished) channel.finish({ error }).catch(() => undefined);
  }
  await finished;
}

function createJobScope(channel: JobChannel): JobScope {
  const scope: JobScope = {
    channel,
    decoders: new Map(),
    callbacks: new Map(),
    exit(code) {
      flushOutput(scope);
      if (channel.isFinished) return;
      const isClean = code === undefined || Number(code) === 0;
      void channel.finish(isClean ? undefined : { error: `The block called process.exit(${String(code)}).` });
    },
  };
  return scope;
}

async function createJobContext(
  payload: BlockPayload,
  message: BlockInputs,
  channel: JobChannel,
  parts: ExecutorParts,
) {
  const { sessionId, directories } = parts;
  const jobId = payload.job_id;
  const stores = {
    variables: parts.variables,
    files: createJobFiles({ ...directories, sessionId, jobId }),
    readSecrets: parts.readSecrets,
  };
  const warn = (text: string) => void channel.warn(text);
  return createContext({
    channel,
    mainframe: parts.mainframe,
    sessionId,
    jobId,
    stacks: payload.stacks,
    blockPath: message.block_path,
    trace: placeInTrace(payload, parts),
    inputs: await resolveInputs(message, { stores, warn }),
    inputsDef: message.inputs_def ?? {},
    outputsDef: payload.outputs ?? {},
    packageName: parts.packageName,
    directories: madeOnUse(directories),
    allowUndeclaredOutputs: parts.relaxed?.allowUndeclaredOutputs ?? false,
    environment: parts.environment,
    stores,
    flowNodeStore: parts.flowNodeStore(payload.stacks),
    format,
  });
}

type JobContext = Awaited<ReturnType<typeof createJobContext>>;

/** What a block may return (oocana-protocol 6.3). */
async function endWith(result: unknown, channel: JobChannel, context: JobContext): Promise<void> {
  // Already ended by the block itself, which then returned nothing.
  if (channel.isFinished && result === undefined) return;
  if (result === undefined) return channel.finish(undefined);
  if (typeof result === "object" && result !== null && !Array.isArray(result)) {
    return context.finish({ result: result as Record<string, unknown> });
  }
  const shown = inspect(result, { depth: 1, maxStringLength: 200, maxArrayLength: 10 });
  const error = `The block returned ${shown}. It must return an object of outputs by handle, or nothing.`;
  return channel.finish({ error });
}
