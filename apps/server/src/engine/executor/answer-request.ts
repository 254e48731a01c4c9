import { topics } from "@oomol/scriptlet/wire";
import type { SessionMessage } from "../../broker/session-message.ts";
import { checkInputs } from "../../inputs/check-inputs.ts";
import { fillDefaults } from "../../inputs/fill-defaults.ts";
import { blockAsTaker } from "../../inputs/input-taker.ts";
import { longestBlockId } from "../../packages/block-id.ts";
import type { HandleManifest } from "../../packages/manifest.ts";
import type { PackageCatalog } from "../../packages/package-catalog.ts";
import { type InstalledBlock, isFlow, type Runnable } from "../../packages/read-package.ts";
import { resolveReference } from "../../packages/resolve-reference.ts";
import { isRecord, messageOf, quoteList } from "../../values.ts";
import { defsOf } from "./block-messages.ts";
import { asExecuted } from "./built-in-executors.ts";
import type { Job } from "./job.ts";
import type { Session } from "./open-session.ts";

/** A block that a block wants run: found, with complete inputs. */
export interface RunRequest {
  /** Made by the caller. */
  id: string;
  /** As the caller wrote it. */
  name: string;
  block: InstalledBlock;
  inputs: Record<string, unknown>;
}

export interface RequestParts {
  session: Session;
  catalog: PackageCatalog;
  /** The job that asks. */
  job: Job;
  runBlock(request: RunRequest): void;
}

/** Answers what a block asks of the engine (oocana-protocol 2.4), in a session that holds no flow. */
export async function answerRequest(parts: RequestParts, request: SessionMessage): Promise<void> {
  const { session, job } = parts;
  const { action, request_id } = request;
  const about = { session_id: session.id, job_id: job.id };
  // No id of a topic of its own, no answer; weights have none if there is no flow.
  if (action === "UpdateNodeWeight" || !isTopicPart(request_id)) return;
  const answer = await answerOf(parts, request).catch((error: unknown) => ({
    error: explain(request, error),
  }));
  if (answer)
    session.room.deliver(topics.response(session.id, request_id), { ...about, request_id, ...answer });
}

async function answerOf(
  parts: RequestParts,
  request: SessionMessage,
): Promise<{ error: string } | { result: unknown } | undefined> {
  const { action } = request;
  if (action === "QueryDownstream") return { result: {} };
  if (action === "QueryAuth") return { error: "Vault client is not available." };
  if (action === "QueryBlock") return { result: describe(await find(parts, request)) };
  if (action !== "RunBlock") return { error: `This server does not know the request ${textOf(action)}.` };
  const [wanted] = await Promise.all([prepare(parts, request), untilCallerListens(parts, request)]);
  parts.runBlock(wanted);
  return undefined; // what it does is told on `report`
}

/**
 * The published SDK for Python asks first, then listens to reports, then subscribes to the answer; what a block says that has
 * ended by then would never reach it. One that does not subscribe at all has listened before, as ours has.
 */
async function untilCallerListens({ session }: RequestParts, { request_id }: SessionMessage): Promise<void> {
  const topic = topics.response(session.id, String(request_id));
  if (session.room.isHeard(topic)) return;
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(go, callerListensMs).unref();
    const stopListening = session.room.onSubscribed(topic, go);
    function go() {
      clearTimeout(deadline);
      stopListening();
      resolve();
    }
  });
}

const callerListensMs = 5_000;

/** What a block calls a block may be anything. */
function explain({ action, block }: SessionMessage, error: unknown): string {
  const reason = messageOf(error);
  return action === "RunBlock"
    ? `Run block failed: ${reason} Block: ${textOf(block).slice(0, longestBlockId)}`
    : reason;
}

function find({ catalog, job }: RequestParts, { block }: SessionMessage): Promise<Runnable> {
  return resolveReference(textOf(block), job.block, catalog);
}

/** What should be a text; as JSON if it is none, which always has one. */
function textOf(field: unknown): string {
  return typeof field === "string" ? field : (JSON.stringify(field) ?? "undefined");
}

/** The engine's own limit (oocana-protocol 8.1). */
const maxDepth = 50;

async function prepare(parts: RequestParts, request: SessionMessage): Promise<RunRequest> {
  const { block_job_id: id } = request;
  if (!isTopicPart(id)) throw new Error("The request names no job.");
  if (parts.job.stacks.length >= maxDepth) {
    throw new Error(`Blocks run blocks ${maxDepth} levels deep at most.`);
  }
  const found = await find(parts, request);
  if (isFlow(found)) throw new Error("It is a flow; this server runs flows as tasks of their own only.");
  const payload = isRecord(request.payload) ? request.payload : {};
  const block = withAdditional(asExecuted(found), payload);
  const given = new Map(Object.entries(isRecord(payload.inputs) ? payload.inputs : {}));
  const taker = { ...blockAsTaker(block), takesOthers: true };
  if (request.strict === true) checkInputs(taker, given);
  const missing = fillDefaults(taker, given);
  if (missing.length > 0) throw new Error(`It needs the input ${quoteList(missing)}, which was not given.`);
  return { id, name: textOf(request.block), block, inputs: Object.fromEntries(given) };
}

/** Further handles count only if the block declares some itself. */
function withAdditional(block: InstalledBlock, payload: Record<string, unknown>): InstalledBlock {
  const { inputs, outputs } = block;
  return {
    ...block,
    ...(inputs && { inputs: [...inputs, ...additionalHandles(payload.additional_inputs_def)] }),
    ...(outputs && { outputs: [...outputs, ...additionalHandles(payload.additional_outputs_def)] }),
  };
}

function additionalHandles(defs: unknown): HandleManifest[] {
  const listed: unknown[] = Array.isArray(defs) ? defs : [];
  return listed.flatMap((def) =>
    isRecord(def) && typeof def.handle === "string"
      ? [{ ...def, handle: def.handle, is_additional: true }]
      : [],
  );
}

/** The answer to QueryBlock. */
function describe(found: Runnable): Record<string, unknown> {
  const { description, inputs, outputs } = found;
  const common = {
    ...(description !== undefined && { description }),
    ...(inputs && { inputs_def: defsOf(inputs) }),
    ...(outputs && { outputs_def: defsOf(outputs) }),
  };
  return isFlow(found)
    ? { type: "subflow", ...common, has_slot: found.nodes.some((node) => node.hasSlot) }
    : {
        type: "task",
        ...common,
        additional_inputs: found.additionalInputs,
        additional_outputs: found.additionalOutputs,
      };
}

/** Ids become parts of topics. */
function isTopicPart(id: unknown): id is string {
  return typeof id === "string" && id !== "" && !/[/+#]/.test(id);
}
