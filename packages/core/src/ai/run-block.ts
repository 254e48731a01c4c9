import { piecesOf } from "@oomol/connect-shared/text-pieces";
import type { BlockId, OutputsOf } from "../block-registry.ts";
import { ownProgressOf, type TaskEvent } from "../run/task-events.ts";
import type { CreateTaskRequest } from "../run/task-request.ts";
import type { TaskRun } from "../run/task-run.ts";
import { readResultFiles } from "./result-files.ts";
import type { ToolClient } from "./tool-client.ts";
import type { ToolCall, ToolFileInputs } from "./tool-options.ts";
import type { BlockToolOutput, BlockToolProgress } from "./tool-output.ts";

interface BlockRun<Source> {
  client: ToolClient<Source>;
  blockId: string;
  inputValues: Record<string, unknown>;
  /** What a model wrote for files, by input. */
  files: ReadonlyMap<string, readonly string[]>;
  fileInputs: ToolFileInputs<Source>;
  maxFileBytes: number;
}

/** The most that a block says at once, to people or to a model. */
const longestMessage = 2_000;
/** How often one call tells its progress: each is sent to the page. */
const mostProgress = 1_000;

/** Runs a block: its progress, then its result. If the call is aborted, or nobody reads on, its task is stopped. */
export async function* runBlock<Id extends BlockId, Source>(
  { client, blockId, inputValues, files: texts, fileInputs, maxFileBytes }: BlockRun<Source>,
  call: ToolCall,
): AsyncGenerator<BlockToolOutput<OutputsOf<Id>>, undefined> {
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, ...(call.abortSignal ? [call.abortSignal] : [])]);
  try {
    const files = await openFiles(texts, fileInputs, call);
    // The registry has typed what the tool takes; the server checks what a model has given.
    const request = { blockId, inputValues, files } as CreateTaskRequest<Id, Source>;
    const run = await client.tasks.start<Id>(request, { signal, stopOnAbort: true });
    yield* progressOf(run);
    const outcome = await run.result();
    const { taskId, result } = outcome;
    const found = await readResultFiles(client, outcome, { maxFileBytes, signal });
    yield { type: "result", taskId, result, ...found };
  } catch (failure) {
    throw boundedFailure(failure);
  } finally {
    left.abort();
  }
}

async function openFiles<Source>(
  texts: BlockRun<Source>["files"],
  fileInputs: ToolFileInputs<Source>,
  call: ToolCall,
): Promise<Record<string, Source[]>> {
  const opened: [string, Source[]][] = [];
  for (const [handle, names] of texts) {
    opened.push([handle, await Promise.all(names.map(async (text) => fileInputs.open(text, call)))]);
  }
  return Object.fromEntries(opened);
}

/** Each change of what people see of a run. */
async function* progressOf(run: TaskRun<unknown>): AsyncGenerator<BlockToolProgress, undefined> {
  let progress: BlockToolProgress = { type: "progress", taskId: run.id, status: "created" };
  let told = 0;
  for await (const event of run) {
    const change = changeOf(event);
    if (change === undefined || told === mostProgress) continue;
    const next = { ...progress, ...change };
    if (told > 0 && isSame(next, progress)) continue;
    progress = next;
    told += 1;
    yield progress;
  }
}

function changeOf(event: TaskEvent): Partial<BlockToolProgress> | undefined {
  if (event.type === "status") return { status: event.status };
  if (event.type === "log" && event.text !== undefined) return { text: bounded(event.text) };
  if (event.type === "warning") return { text: bounded(event.message) };
  const percent = event.type === "progress" ? ownProgressOf(event.log) : undefined;
  return percent === undefined ? undefined : { percent: Math.floor(percent) };
}

function isSame(one: BlockToolProgress, other: BlockToolProgress): boolean {
  return one.status === other.status && one.percent === other.percent && one.text === other.text;
}

/** What a model reads of a failure is its message, in which a block may say anything. */
function boundedFailure(failure: unknown): unknown {
  if (!(failure instanceof Error) || failure.message.length <= longestMessage) return failure;
  return new Error(bounded(failure.message), { cause: failure });
}

function bounded(text: string): string {
  const [shown = ""] = piecesOf(text, longestMessage);
  return shown;
}
