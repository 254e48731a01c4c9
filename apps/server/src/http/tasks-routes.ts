import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { FileStore } from "../files/file-store.ts";
import { referTo } from "../files/upload-references.ts";
import { prepareInputs } from "../inputs/prepare-inputs.ts";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import type { Runnable } from "../packages/read-package.ts";
import { Refusal } from "../refusal.ts";
import { type IdempotentRequest, isTerminal, type StoredTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import type { TaskControl } from "../tasks/task-runner.ts";
import { waitForChange } from "../tasks/wait-for-change.ts";
import { answerPages, mapPages } from "./answer-pages.ts";
import { localProject, logAnswer, taskAnswer } from "./answers.ts";
import { callerOf } from "./auth.ts";
import type { BytesInFlight } from "./bytes-in-flight.ts";
import { clampLogId, requireNoNul } from "./caller-text.ts";
import { filesRoute } from "./files-route.ts";
import { readIdempotency, requireSameRequest } from "./idempotency.ts";
import { parsePreferWait } from "./prefer-wait.ts";
import { readTaskRequest } from "./read-task-request.ts";
import { streamTask } from "./task-events.ts";
import type { UploadLimits } from "./uploads.ts";

export interface TasksRoutesParts {
  catalog: PackageCatalog;
  store: TaskStore;
  runner: TaskControl;
  limits: UploadLimits;
  inFlight: BytesInFlight;
  files: FileStore;
  /** Aborted when the server closes: answers that are held go out then. */
  closing: AbortSignal;
}

/** Everything under `/v1/tasks`. */
export function tasksRoutes(parts: TasksRoutesParts): Hono {
  const { store, runner, closing } = parts;
  const routes = new Hono();

  routes.get("/", (context) => answerPages(context, "tasks", mapPages(store.pages(), taskAnswer)));

  routes.post("/", async (context) => {
    const { task, block } = await acceptTask(parts, context.req.raw);
    if (block) await runner.submit(task.id, block);
    return context.json({ task: taskAnswer(task), userID: localProject, success: true });
  });

  routes.get("/:id", async (context) => {
    const task = await findTask(store, context.req.param("id"));
    if (context.req.header("Accept")?.includes("text/event-stream")) {
      return streamTask(context, store, task.id, closing);
    }
    const waitMs = parsePreferWait(context.req.header("Prefer"));
    if (waitMs === undefined) return context.json({ task: taskAnswer(task), success: true });
    const signal = AbortSignal.any([context.req.raw.signal, closing]);
    const waiting = {
      changes: store.changes,
      id: task.id,
      read: () => store.get(task.id),
      isOver: ({ status }: StoredTask) => isTerminal(status),
    };
    const waited = (await waitForChange(waiting, waitMs, signal)) ?? task;
    return context.json({ task: taskAnswer(waited), success: true }, 200, { "Preference-Applied": "wait" });
  });

  routes.post("/:id/stop", async (context) => {
    const { id } = await findTask(store, context.req.param("id"));
    await runner.stop(id);
    return context.json({ task: taskAnswer(await findTask(store, id)), success: true });
  });

  routes.get("/:id/logs", async (context) => {
    const task = await findTask(store, context.req.param("id"));
    const pages = store.logPages(task.id, parseAfter(context.req.query("after")));
    return answerPages(
      context,
      "logs",
      mapPages(pages, (log) => logAnswer(log, task)),
    );
  });

  routes.get("/:id/files/*", filesRoute(store, parts.files));

  return routes;
}

/** A new task with its block, or the one that the same request made before. */
async function acceptTask(
  { catalog, store, limits, inFlight, files }: TasksRoutesParts,
  request: Request,
): Promise<{ task: StoredTask; block?: Runnable }> {
  const id = randomUUID();
  let task: StoredTask | undefined;
  using held = inFlight.open();
  try {
    const received = await readTaskRequest(request, files.uploadDirectory(id), limits, held);
    const { blockId, inputValues } = received;
    const key = request.headers.get("Idempotency-Key") ?? undefined;
    const idempotency = await readIdempotency(key, [blockId, inputValues], received.files);
    const earlier = await findEarlier(store, idempotency);
    if (earlier) return { task: earlier };

    const block = await catalog.find(blockId);
    const references = received.files.map((file) => referTo(id, file));
    const inputs = await prepareInputs(block, inputValues, references, catalog);
    await files.keepUploads(id, received.files);
    const { packageVersion } = block;
    const caller = callerOf(request.headers.get("Authorization"));
    task = await store.create({ id, blockId, packageVersion, inputValues, inputs, idempotency, caller });
    if (task) return { task, block };
    // The same request won a race.
    const winner = await findEarlier(store, idempotency);
    if (!winner) throw new Error(`The task ${id} was not stored.`);
    return { task: winner };
  } finally {
    if (!task) await files.discardUploads(id);
  }
}

async function findEarlier(
  store: TaskStore,
  wanted: IdempotentRequest | undefined,
): Promise<StoredTask | undefined> {
  const earlier = wanted && (await store.findByKey(wanted.key));
  if (earlier) requireSameRequest(wanted, earlier.idempotency);
  return earlier?.task;
}

async function findTask(store: TaskStore, id: string): Promise<StoredTask> {
  requireNoNul(id);
  const task = await store.get(id);
  if (!task) throw new Refusal(404, `There is no task "${id}".`);
  return task;
}

function parseAfter(after: string | undefined): number | undefined {
  if (after === undefined) return undefined;
  if (!/^-?\d+$/.test(after)) throw new Refusal(400, `"after" must be the id of a log, not "${after}".`);
  return clampLogId(Number(after));
}
