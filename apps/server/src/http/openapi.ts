import type { createTaskBodySchema, DataOf } from "@oomol/connect-core/wire";
import { z } from "zod";
import { statusSchema } from "../status/status-schema.ts";
import {
  blockSchema,
  installTaskSchema,
  nodeInputsSchema,
  packageProblemSchema,
  packageSchema,
  refusalSchema,
  taskLogSchema,
  taskSchema,
} from "./answer-schemas.ts";
import { appletSchema } from "./applets-file.ts";
import { streamBodySchema } from "./events-routes.ts";
import { installBodySchema } from "./installs-routes.ts";
import { webhookSchema, webhookSecretSchema } from "./webhook-schemas.ts";

const success = z.literal(true);
const afterParameter = parameter("query", "after", "Only logs with a greater id.");
const limitParameter = parameter("query", "limit", "A page of 1 to 1000; it may end earlier.");
const pageParameters = [
  limitParameter,
  parameter("query", "before", "The `next` of an earlier page."),
  parameter("query", "status", "Only tasks in this state; several with commas between."),
  parameter("query", "blockId", "Only tasks of this block."),
];
const waitParameter = parameter(
  "header",
  "Prefer",
  "wait=N holds the answer for N seconds at most, or to the end.",
);
const traceParameter = parameter(
  "header",
  "traceparent",
  "The span that the task is a part of (W3C Trace Context).",
);
const keyParameter = parameter("header", "Idempotency-Key", "The same key and request are the same task.");
const streamParameter = parameter("header", "Connect-Events", "The stream that carries the task, too.");

interface Operation {
  summary: string;
  answer: z.ZodType;
  /** Of a JSON body. */
  body?: z.core.$ZodType;
  takesForm?: boolean;
  parameters?: readonly object[];
}

const task = z.object({ task: taskSchema, success });

/** Describes what core's schema checks; the compiler compares them. */
const taskBodySchema: z.ZodType<Partial<DataOf<typeof createTaskBodySchema>>> = z.looseObject({
  manifest: z.string(),
  inputValues: nodeInputsSchema.optional(),
  webhook: z.object({ url: z.string(), events: z.array(z.string()).optional() }).optional(),
  uploads: z
    .array(z.object({ id: z.string(), nodeId: z.string().optional(), handle: z.string().optional() }))
    .optional()
    .meta({ description: "The task's files, if it takes uploads." }),
});

/** Every operation, from the schemas by which requests are checked and answers are typed. */
const operations: Record<string, Record<string, Operation>> = {
  "/v1/blocks": {
    get: { summary: "Every version of every block", answer: z.object({ blocks: z.array(blockSchema) }) },
  },
  "/v1/tasks": {
    get: {
      summary: "All tasks, newest first, or a page of them if a parameter is given",
      answer: z.object({ tasks: z.array(taskSchema), next: z.string().optional(), success }),
      parameters: pageParameters,
    },
    post: {
      summary: "Run a block",
      answer: task.extend({ userID: z.string() }),
      body: taskBodySchema,
      takesForm: true,
      parameters: [keyParameter, streamParameter, traceParameter],
    },
  },
  "/v1/tasks/{id}": {
    get: { summary: "A task, or its events as text/event-stream", answer: task, parameters: [waitParameter] },
    delete: {
      summary: "Delete a task that has ended, with its logs and files",
      answer: z.object({ success }),
    },
  },
  "/v1/tasks/{id}/stop": { post: { summary: "Stop a task", answer: task } },
  "/v1/tasks/{id}/logs": {
    get: {
      summary: "Logs of a task, in order",
      answer: z.object({ logs: z.array(taskLogSchema), next: z.int().optional(), success }),
      parameters: [afterParameter, limitParameter],
    },
  },
  "/v1/events/{stream}": {
    post: {
      summary: "One stream of the events of many tasks as text/event-stream, or which tasks it carries",
      answer: z.object({ success }),
      body: streamBodySchema,
    },
  },
  "/packages": {
    get: {
      summary: "Installed packages, and what is wrong with them",
      answer: z.object({ packages: z.array(packageSchema), problems: z.array(packageProblemSchema) }),
    },
  },
  "/packages/install": {
    get: {
      summary: "All installs, newest first",
      answer: z.object({ success, tasks: z.array(installTaskSchema) }),
    },
    post: {
      summary: "Install a package",
      answer: installTaskSchema.extend({ success, taskId: z.string() }),
      body: installBodySchema,
      parameters: [keyParameter],
    },
  },
  "/packages/install/{id}": {
    get: {
      summary: "An install",
      answer: installTaskSchema.extend({ success, task: installTaskSchema }),
      parameters: [waitParameter],
    },
    delete: {
      summary: "Cancel an install",
      answer: z.object({ success, task: installTaskSchema }),
    },
  },
  "/v1/status": {
    get: {
      summary: "How the server is, for callers with the role admin",
      answer: z.object({ status: statusSchema, success }),
    },
  },
  "/v1/webhooks/secret": {
    get: {
      summary: "The secret that signs webhooks of the caller's tasks",
      answer: webhookSecretSchema.extend({ success }),
    },
  },
  "/v1/webhooks/secret/rotate": {
    post: {
      summary: "Replace it; the old one signs for another day",
      answer: webhookSecretSchema.extend({ success }),
    },
  },
  "/v1/webhooks/deliveries": {
    get: {
      summary: "Webhooks that were sent or are to be, newest first",
      answer: z.object({ deliveries: z.array(webhookSchema), next: z.string().optional(), success }),
      parameters: [
        limitParameter,
        parameter("query", "before", "The `next` of an earlier page."),
        parameter("query", "state", "Only those that are pending, delivered or failed."),
        parameter("query", "taskId", "Only those of this task."),
      ],
    },
  },
  "/v1/webhooks/deliveries/{id}/repeat": {
    post: { summary: "Send a webhook again", answer: z.object({ delivery: webhookSchema, success }) },
  },
  "/rpc/listApplets": { post: { summary: "The applets of this server", answer: z.array(appletSchema) } },
};

/** The OpenAPI 3.1 document of the API; addresses are relative to where it is served from. */
export function describeApi(): Record<string, unknown> {
  const paths = Object.entries(operations).map(([path, methods]) => {
    const described = Object.entries(methods).map(([method, one]) => [method, describe(path, one)]);
    return [path, Object.fromEntries(described)];
  });
  return {
    openapi: "3.1.0",
    info: { title: "Oomol Connect server", version: "1" },
    servers: [{ url: "." }],
    security: [{}, { token: [] }],
    components: { securitySchemes: { token: { type: "apiKey", in: "header", name: "Authorization" } } },
    paths: {
      ...Object.fromEntries(paths),
      "/v1/tasks/{id}/files/{path}": { get: fileOperation },
      ...uploadPaths,
    },
  };
}

function describe(path: string, { summary, answer, body, takesForm, parameters = [] }: Operation) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => parameter("path", name, ""));
  const form = { "multipart/form-data": { schema: formSchema } };
  const content = body && { ...json(z.toJSONSchema(body, { io: "input" })), ...(takesForm && form) };
  return {
    summary,
    parameters: [...inPath, ...parameters],
    ...(content && { requestBody: { required: true, content } }),
    responses: {
      200: { description: "Done.", content: json(z.toJSONSchema(answer)) },
      default: { description: "Refused.", content: json(z.toJSONSchema(refusalSchema)) },
    },
  };
}

const formSchema = {
  type: "object",
  required: ["manifest"],
  properties: {
    manifest: { type: "string" },
    inputValues: { type: "string", description: "The node form, as JSON." },
    webhook: { type: "string", description: "{ url, events? }, as JSON." },
    uploads: { type: "string", description: "[{ id, nodeId?, handle? }], as JSON, in place of files." },
    files: { type: "array", items: { type: "string", format: "binary" } },
  },
};

/** By tus 1.0.0: what is asked and answered stands in headers. */
const uploadPaths = {
  "/v1/uploads": {
    options: headersAlone("What uploads can do here: Tus-Version, Tus-Extension, Tus-Max-Size", 204),
    post: headersAlone("Begin an upload that resumes; Location is where it goes on", 201, [
      parameter("header", "Upload-Length", "In bytes."),
      parameter("header", "Upload-Defer-Length", "1 if that is not known yet."),
      parameter("header", "Upload-Metadata", "filename and filetype, each with its value in base64."),
    ]),
  },
  "/v1/uploads/{id}": {
    head: headersAlone("How far an upload is: Upload-Offset and Upload-Length", 200, [uploadParameter()]),
    patch: {
      ...headersAlone("Add bytes to an upload", 204, [
        uploadParameter(),
        parameter("header", "Upload-Offset", "Where they begin."),
        parameter("header", "Upload-Checksum", "sha256 or sha1, and the sum of these bytes in base64."),
      ]),
      requestBody: { required: true, content: { "application/offset+octet-stream": {} } },
    },
    delete: headersAlone("Forget an upload", 204, [uploadParameter()]),
  },
};

function uploadParameter() {
  return parameter("path", "id", "");
}

function headersAlone(summary: string, status: number, parameters: readonly object[] = []) {
  return {
    summary,
    parameters: [parameter("header", "Tus-Resumable", "1.0.0"), ...parameters],
    responses: {
      [status]: { description: "Done." },
      default: { description: "Refused.", content: json(z.toJSONSchema(refusalSchema)) },
    },
  };
}

const fileOperation = {
  summary: "What a task made in its session directory; ranges too",
  parameters: [parameter("path", "id", ""), parameter("path", "path", "With slashes as they are.")],
  responses: {
    200: { description: "The file.", content: { "*/*": {} } },
    206: { description: "A range of it.", content: { "*/*": {} } },
    default: { description: "Refused.", content: json(z.toJSONSchema(refusalSchema)) },
  },
};

function json(schema: object) {
  return { "application/json": { schema } };
}

function parameter(place: "path" | "query" | "header", name: string, description: string) {
  return { name, in: place, description, required: place === "path", schema: { type: "string" } };
}
