import { Readable } from "node:stream";
import { type Context, Hono } from "hono";
import { Refusal } from "../refusal.ts";
import type { Upload, Uploads } from "../uploads/uploads.ts";
import { requireRole } from "./auth.ts";
import type { CallerEnv } from "./callers.ts";
import { nodeBody } from "./node-body.ts";
import type { BodyLimits } from "./read-json-body.ts";
import { stopIdle } from "./stop-idle.ts";
import { checksumNames, requireChecksum } from "./upload-checksum.ts";
import { isDeferred, lengthOf, offsetOf, requireTus, tusVersion } from "./upload-headers.ts";

/** Where uploads are, as a client is told. */
const root = "/api/v1/uploads";
const pieceType = "application/offset+octet-stream";
const extensions = [
  "creation",
  "creation-with-upload",
  "creation-defer-length",
  "checksum",
  "expiration",
  "termination",
];

/** Everything under `/v1/uploads`: tus 1.0.0 (connect-api 6.12). */
export function uploadsRoutes(
  uploads: Uploads,
  { clientIdleMs }: Pick<BodyLimits, "clientIdleMs">,
): Hono<CallerEnv> {
  const routes = new Hono<CallerEnv>();
  routes.use(requireRole("run", "upload files"));
  routes.use(async (context, next) => {
    if (context.req.method !== "OPTIONS") requireTus(context);
    await next();
  });

  const append = async (context: Context<CallerEnv>, id: string, offset: number): Promise<Upload> => {
    const { req, var: given } = context;
    const check = requireChecksum(req.header("Upload-Checksum"));
    const contentLength = req.header("Content-Length");
    return uploads.append(given.caller.id, id, {
      offset,
      length: lengthOf(req),
      sizeBytes: contentLength === undefined ? undefined : Number(contentLength),
      isOne: check !== undefined,
      read(signal) {
        // A refusal still has to be answered on the connection.
        const body =
          nodeBody(context)?.iterator({ destroyOnReturn: false }) ?? req.raw.body ?? Readable.from([]);
        const chunks = stopIdle(body, clientIdleMs, signal);
        return check ? check(chunks) : chunks;
      },
    });
  };

  routes.on("OPTIONS", "/", (context) => {
    context.header("Tus-Version", tusVersion);
    context.header("Tus-Extension", extensions.join(","));
    context.header("Tus-Max-Size", String(uploads.mostBytes));
    context.header("Tus-Checksum-Algorithm", checksumNames.join(","));
    return context.body(null, 204);
  });

  routes.post("/", async (context) => {
    const { req } = context;
    if (req.header("Upload-Concat") !== undefined)
      throw new Refusal(400, "Uploads are not joined here: there is no extension for Upload-Concat.");
    const length = lengthOf(req);
    if ((length === undefined) !== isDeferred(req))
      throw new Refusal(400, "An upload is made with either Upload-Length or Upload-Defer-Length: 1.");
    const metadata = req.header("Upload-Metadata") ?? "";
    const created = await uploads.create(context.var.caller.id, { length, metadata });
    context.header("Location", `${root}/${created.id}`);
    if (typeOf(context) === pieceType) return answer(context, 201, await append(context, created.id, 0));
    return answerExpiry(context, 201, created);
  });

  const patch = async (context: Context<CallerEnv>, id: string) => {
    if (typeOf(context) !== pieceType)
      throw new Refusal(415, `A piece of an upload is sent as ${pieceType}.`);
    return answer(context, 204, await append(context, id, offsetOf(context.req)));
  };

  const remove = async (context: Context<CallerEnv>, id: string) => {
    await uploads.remove(context.var.caller.id, id);
    return context.body(null, 204);
  };

  const look = async (context: Context<CallerEnv>, id: string) => {
    const upload = await uploads.look(context.var.caller.id, id);
    const { length, metadata } = upload;
    if (length === undefined) context.header("Upload-Defer-Length", "1");
    else context.header("Upload-Length", String(length));
    if (metadata !== "") context.header("Upload-Metadata", metadata);
    context.header("Cache-Control", "no-store");
    return answer(context, 200, upload);
  };

  const methods = { HEAD: look, PATCH: patch, DELETE: remove };
  const dispatch = (context: Context<CallerEnv>, method = context.req.raw.method) => {
    const serve = methods[method as keyof typeof methods];
    if (!serve) throw new Refusal(404, `There is no ${method} ${context.req.path} here.`);
    return serve(context, context.req.param("id") ?? "");
  };
  // HEAD comes as GET.
  for (const method of ["GET", "PATCH", "DELETE"]) routes.on(method, "/:id", (context) => dispatch(context));
  routes.post("/:id", (context) => dispatch(context, context.req.header("X-HTTP-Method-Override") ?? "POST"));
  return routes;
}

function answer(context: Context, status: 200 | 201 | 204, upload: Upload): Response {
  context.header("Upload-Offset", String(upload.offset));
  return answerExpiry(context, status, upload);
}

function answerExpiry(context: Context, status: 200 | 201 | 204, { expiresAt }: Upload): Response {
  context.header("Upload-Expires", new Date(expiresAt).toUTCString());
  return context.body(null, status);
}

function typeOf(context: Context): string | undefined {
  return context.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase();
}
