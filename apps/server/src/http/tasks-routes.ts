import { join } from "node:path";
import type { ExtensionName } from "@oomol/connect-core/wire";
import type { TraceContext } from "@oomol/connect-shared/trace-context";
import { type Context, Hono } from "hono";
import { v7 as newTaskId } from "uuid";
import { followSignal } from "../engine/follow-signal.ts";
import type { FileStore } from "../files/file-store.ts";
import { referTo } from "../files/upload-references.ts";
import { splitVersion } from "../packages/block-id.ts";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import type { Runnable } from "../packages/read-package.ts";
import { Refusal } from "../refusal.ts";
import { type IdempotentRequest, isFinalStatus, type StoredTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import { forgetTask } from "../tasks/forget-task.ts";
import type { TaskControl } from "../tasks/task-runner.ts";
import { waitForTaskEnd } from "../tasks/wait-for-change.ts";
import type { Tracing } from "../tracing/tracing.ts";
import type { Uploads } from "../uploads/uploads.ts";
import type { Webhooks } from "../webhooks/open-webhooks.ts";
import { answerPages } from "./answer-pages.ts";
import { answerText, type TasksEnv } from "./answer-text.ts";
import { localProject, oneTask } from "./answers.ts";
import { requireRole } from "./auth.ts";
import type { BytesInFlight } from "./bytes-in-flight.ts";
import { type Caller, ownerSeenBy } from "./callers.ts";
import { createExplainPending } from "./explain-pending.ts";
import { filesRoute } from "./files-route.ts";
import { findTask } from "./find-task.ts";
import { readIdempotency, requireSameRequest } from "./idempotency.ts";
import { listLogs } from "./log-pages.ts";
import { nodeBody } from "./node-body.ts";
import { parsePreferWait } from "./prefer-wait.ts";
import { readTaskRequest } from "./read-task-request.ts";
import { readWebhook } from "./read-webhook.ts";
import type { RequestThreads } from "./request-threads.ts";
import { checkStreamId, type SharedStreams } from "./shared-streams.ts";
import { streamTask } from "./task-events.ts";
import { listTasks } from "./task-pages.ts";
import { traceAcceptance } from "./trace-acceptance.ts";
import type { FormRequest, UploadLimits } from "./uploads.ts";
import { wantsEvents } from "./wants-events.ts";

export interface TasksRoutesParts {
  catalog: PackageCatalog;
  store: TaskStore;
  runner: TaskControl;
  limits: UploadLimits;
  /** Bodies of requests. */
  inFlight: BytesInFlight;
  /** Answers that are large. */
  answers: BytesInFlight;
  threads: RequestThreads;
  streams: SharedStreams;
  webhooks: Webhooks;
  /** Off by default. */
  tracing?: Tracing | undefined;
  uploads: Uploads;
  files: FileStore;
  extensions: readonly ExtensionName[];
  /** Aborted when the server closes: answers that are held go out then. */
  closing: AbortSignal;
}

/** Everything under `/v1/tasks`. */
export function tasksRoutes(parts: TasksRoutesParts): Hono<TasksEnv> {
  const { catalog, store, runner, answers, streams, closing } = parts;
  const routes = new Hono<TasksEnv>();
  const answerTask = async (context: Context<TasksEnv>, task: StoredTask, others: object) => {
    return answerText(context, oneTask(task, others, await createExplainPending(catalog)(task)), answers);
  };

  routes.get("/", (context) => {
    const caller = ownerSeenBy(context.var.caller);
    const pages = listTasks(store, caller, context.req, createExplainPending(catalog));
    return answerPages(context, "tasks", pages, answers);
  });

  routes.post("/", requireRole("run", "run tasks"), async (context) => {
    const streamId = context.req.header("Connect-Events");
    if (streamId !== undefined) checkStreamId(streamId);
    const form = { request: context.req.raw, body: nodeBody(context) };
    const { task, block } = await traceAcceptance(parts, form.request, (trace) =>
      acceptTask(parts, form, context.var.caller, trace),
    );
    const created = block && task;
    const submit = async () => block && runner.submit(task, block);
    // Who wants to hear of it listens before anything happens.
    if (streamId !== undefined) streams.join(context.var.caller, streamId, task.id, { created });
    if (wantsEvents(context.req)) {
      const stream = streamTask(context, store, task.id, {
        begun: task,
        isNew: block !== undefined,
        explain: createExplainPending(catalog),
        answers,
        closing,
      });
      await submit();
      return stream;
    }
    const waitMs = parsePreferWait(context.req.header("Prefer"));
    if (waitMs === undefined) await submit();
    const waited =
      waitMs === undefined ? undefined : await waitForEnd(context, task.id, { waitMs, created, submit });
    return answerTask(context, waited ?? task, { userID: localProject, success: true });
  });

  routes.get("/:id", async (context) => {
    const id = context.req.param("id");
    const read = () => findTask(store, context.var.caller, id);
    if (wantsEvents(context.req)) {
      const explain = createExplainPending(catalog);
      return streamTask(context, store, (await read()).id, { explain, answers, closing });
    }
    const waitMs = parsePreferWait(context.req.header("Prefer"));
    const waited = waitMs === undefined ? undefined : await waitForEnd(context, id, { waitMs, read });
    return answerTask(context, waited ?? (await read()), { success: true });
  });

  /** Holds the answer, and says so. */
  const waitForEnd = async (
    context: Context,
    id: string,
    {
      waitMs,
      created,
      read = () => store.get(id),
      submit = async () => undefined,
    }: {
      waitMs: number;
      created?: StoredTask | undefined;
      read?: () => Promise<StoredTask | undefined>;
      submit?: () => Promise<void>;
    },
  ) => {
    using over = followSignal(context.req.raw.signal, closing);
    const { signal } = over;
    const waiting = waitForTaskEnd({ changes: store.changes, get: read }, id, waitMs, { signal, created });
    await submit();
    const task = await waiting;
    context.header("Preference-Applied", "wait");
    return task;
  };

  routes.post("/:id/stop", async (context) => {
    const { caller } = context.var;
    const { id } = await findTask(store, caller, context.req.param("id"));
    await runner.stop(id);
    return answerTask(context, await findTask(store, caller, id), { success: true });
  });

  routes.delete("/:id", async (context) => {
    const task = await findTask(store, context.var.caller, context.req.param("id"));
    if (!isFinalStatus(task.status)) {
      throw new Refusal(409, `The task "${task.id}" is ${task.status}: stop it before you delete it.`);
    }
    await forgetTask(parts, task);
    return context.json({ success: true });
  });

  routes.get("/:id/logs", async (context) => {
    const task = await findTask(store, context.var.caller, context.req.param("id"));
    return answerPages(context, "logs", listLogs(store, task, context.req), answers);
  });

  routes.get("/:id/files/*", filesRoute(store, parts.files));

  return routes;
}

/** A new task with its block, or the one that the same request made before. */
async function acceptTask(
  {
    catalog,
    store,
    runner,
    limits,
    inFlight,
    files,
    threads,
    webhooks,
    uploads,
    extensions,
  }: TasksRoutesParts,
  form: FormRequest,
  caller: Caller,
  trace: TraceContext | undefined,
): Promise<{ task: StoredTask; block?: Runnable }> {
  // They ascend: in a B-tree, new random ones would each touch a page of their own.
  const id = newTaskId();
  let task: StoredTask | undefined;
  let areKept = false;
  let idempotency: IdempotentRequest | undefined;
  using held = inFlight.open(caller.id);
  try {
    const uploadDirectory = files.uploadDirectory(id);
    const takesFileInputs = extensions.includes("files-by-input");
    const takesUploads = extensions.includes("uploads");
    const reading = { uploadDirectory, limits, inFlight: held, threads, takesFileInputs, takesUploads };
    const received = await readTaskRequest(form, reading);
    using request = received.request;
    if (request.uploads.length > 0 && received.files.length > 0) {
      throw new Refusal(400, 'A task gets its files either by "uploads" or in parts named "files".');
    }
    const { blockId, version } = splitVersion(request.blockId);
    const key = form.request.headers.get("Idempotency-Key") ?? undefined;
    idempotency = await readIdempotency(caller, key, () => request.fingerprint(received.files));
    const hasFiles = received.files.length + request.uploads.length > 0;
    // Files are not kept twice. Of what has none the store says whether it is there, and mostly it is not.
    const earlier = hasFiles ? await findEarlier(store, idempotency) : undefined;
    if (earlier) return { task: earlier };

    const takesWebhooks = extensions.includes("webhooks");
    const webhook = takesWebhooks ? await readWebhook(request.webhook, webhooks, caller) : undefined;
    const block = await catalog.find(blockId, version);
    const whole = await uploads.findWhole(caller.id, request.uploads);
    const paths = [
      ...received.files.map(({ path }) => path),
      ...whole.map(({ fileName }, index) => join(uploadDirectory, String(index), fileName)),
    ];
    const references = paths.map((path) => referTo(id, path));
    const values = await request.prepare(block, references, catalog);
    areKept = paths.length > 0;
    if (whole.length > 0) await uploads.give(id, whole, paths);
    else await files.keepUploads(id, paths);
    const { packageVersion } = block;
    const created = {
      id,
      blockId,
      packageVersion,
      ...values,
      idempotency,
      caller: caller.id,
      webhook,
      trace,
      uploads: request.uploads,
    };
    // Where there is room for it, it is taken up in the transaction that stores it.
    const onStoring = () => void runner.submit(created, block);
    task = await store.create({ ...created, onStoring });
    if (task) {
      if (webhook) webhooks.watch(id);
      uploads.forget(whole);
      return { task, block };
    }
    await uploads.findWhole(caller.id, request.uploads); // another task was quicker, or the same one
    throw new Error(`The task ${id} was not stored.`);
  } catch (error) {
    // What was accepted once is not refused later, whatever has changed since.
    const earlier = await findEarlier(store, idempotency);
    if (earlier) return { task: earlier };
    throw error;
  } finally {
    // What is left over is in nobody's way; the caller hears why there is no task.
    if (!task) await files.discardUploads(id, areKept).catch(() => undefined);
  }
}

async function findEarlier(
  store: TaskStore,
  wanted: IdempotentRequest | undefined,
): Promise<StoredTask | undefined> {
  const earlier = wanted && (await store.findByKey(wanted));
  if (earlier) requireSameRequest(wanted, earlier.idempotency);
  return earlier?.task;
}
