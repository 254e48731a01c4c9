import { hash } from "node:crypto";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Installer } from "../installs/installer.ts";
import { isPackageName, isVersionSpec } from "../installs/package-spec.ts";
import { Refusal } from "../refusal.ts";
import type { InstallStore, StoredInstall } from "../store/install-store.ts";
import type { IdempotentRequest } from "../store/task-rows.ts";
import { waitForChange } from "../tasks/wait-for-change.ts";
import type { InstallAnswer } from "./answer-schemas.ts";
import { installAnswer } from "./answers.ts";
import { requireRole } from "./auth.ts";
import type { BytesInFlight } from "./bytes-in-flight.ts";
import { requireNoNul } from "./caller-text.ts";
import type { CallerEnv } from "./callers.ts";
import { readIdempotency, requireSameRequest } from "./idempotency.ts";
import { parsePreferWait } from "./prefer-wait.ts";
import { type BodyLimits, readJsonBody } from "./read-json-body.ts";

export interface InstallsRoutesParts {
  installer: Pick<Installer, "submit" | "cancel" | "progressOf">;
  installs: InstallStore;
  limits: BodyLimits;
  inFlight: BytesInFlight;
  /** Aborted when the server closes. */
  closing: AbortSignal;
}

/** Everything under `/packages/install`: installs change the server for everyone, and those who may see all of them. */
export function installsRoutes(parts: InstallsRoutesParts): Hono<CallerEnv> {
  const { installer, installs, limits, inFlight, closing } = parts;
  const routes = new Hono<CallerEnv>();
  routes.use(requireRole("install", "install packages"));

  const answerOf = (install: StoredInstall) => installAnswer(install, installer.progressOf(install.id));

  routes.post("/", async (context) => {
    using held = inFlight.open(context.var.caller.id);
    const wanted = checkBody(await readJsonBody(context.req.raw, limits, held));
    const key = context.req.header("Idempotency-Key");
    const idempotency = await readIdempotency(context.var.caller, key, () =>
      hash("sha256", JSON.stringify(wanted)),
    );
    const install = await acceptInstall(parts, wanted, idempotency);
    return context.json({ success: true, taskId: install.id, ...answerOf(install) });
  });

  routes.get("/", async (context) =>
    context.json({ success: true, tasks: (await installs.list()).map(answerOf) }),
  );

  const find = async (id: string) => {
    requireNoNul(id);
    const install = await installs.get(id);
    if (!install) throw new Refusal(404, `There is no install "${id}".`);
    return install;
  };

  routes.delete("/:id", async (context) => {
    const { id } = await find(context.req.param("id"));
    await installer.cancel(id);
    return context.json({ success: true, task: answerOf(await find(id)) });
  });

  routes.get("/:id", async (context) => {
    const install = await find(context.req.param("id"));
    const waitMs = parsePreferWait(context.req.header("Prefer"));
    if (waitMs === undefined) return context.json(bothShapes(answerOf(install)));
    return context.json(bothShapes(answerOf(await hold(context, install, waitMs))), 200, {
      "Preference-Applied": "wait",
    });
  });

  const hold = async (context: Context, install: StoredInstall, waitMs: number) => {
    const { id } = install;
    const { changes } = installs;
    const signal = AbortSignal.any([context.req.raw.signal, closing]);
    const isOver = ({ status }: StoredInstall) => status === "success" || status === "failed";
    const waiting = { changes, id, read: () => installs.get(id), isOver };
    return (await waitForChange(waiting, waitMs, signal)) ?? install;
  };

  return routes;
}

/** Published clients read it in different places (connect-api 2). */
function bothShapes(answer: InstallAnswer) {
  return { success: true, ...answer, task: answer };
}

async function acceptInstall(
  { installer, installs }: InstallsRoutesParts,
  wanted: { name: string; version: string },
  idempotency: IdempotentRequest | undefined,
): Promise<StoredInstall> {
  const findEarlier = async () => {
    const earlier = idempotency && (await installs.findByKey(idempotency));
    if (earlier) requireSameRequest(idempotency, earlier.idempotency);
    return earlier?.install;
  };
  const install =
    (await findEarlier()) ?? (await installer.submit({ ...wanted, idempotency })) ?? (await findEarlier()); // the same key won a race
  if (!install) throw new Error(`The install of ${wanted.name} was not stored.`);
  return install;
}

/** The body of `POST /packages/install`. */
export const installBodySchema = z.looseObject({
  name: z.string().refine(isPackageName),
  version: z.string().refine(isVersionSpec).default("latest"),
});

function checkBody(body: unknown): { name: string; version: string } {
  const checked = installBodySchema.safeParse(body);
  if (checked.success) return { name: checked.data.name, version: checked.data.version };
  const isVersion = checked.error.issues[0]?.path[0] === "version";
  throw new Refusal(
    400,
    isVersion
      ? 'The "version" of an install must be a version, a range or a tag, as in "1.2.3".'
      : 'An install names a package of the registry: { "name": "my-package", "version": "1.2.3" }.',
  );
}
