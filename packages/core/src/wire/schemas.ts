import * as z from "zod/mini";

// Servers in the field add fields freely, leave some out and send null for others: ask only for what the client uses,
// keep the rest, and take whatever an optional field wrongly holds for its absence. (`z.catch` would do that too, for 4 kB.)
const optional = <Value>(isRight: (value: unknown) => value is Value) =>
  z.optional(
    z.pipe(
      z.unknown(),
      z.transform((value) => (isRight(value) ? value : undefined)),
    ),
  );
const text = optional((value) => typeof value === "string");
const epochMs = optional((value) => typeof value === "number");
const record = optional(
  (value): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value),
);
const list = optional((value): value is unknown[] => Array.isArray(value));

/** A block as servers list it (`connect-api.md`, "Block"). */
export const blockSchema = z.looseObject({
  package: z.string(),
  name: z.string(),
  path: z.string(),
  description: text,
  inputs: list,
  outputs: list,
});

/** A task (`connect-api.md`, "Task"). */
export const taskSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  project_id: text,
  manifest_path: text,
  created_at: epochMs,
  updated_at: epochMs,
});

/** A log (`connect-api.md`, "TaskLog"). */
export const taskLogSchema = z.looseObject({
  id: z.number(),
  type: z.string(),
  event: record,
  created_at: epochMs,
});

/** Answers `GET /v1/blocks`. */
export const blocksAnswerSchema = z.looseObject({ blocks: z.array(blockSchema) });
/** Answers everything about one task. */
export const taskAnswerSchema = z.looseObject({ task: taskSchema });
/** Answers `GET /v1/tasks`. */
export const tasksAnswerSchema = z.looseObject({ tasks: z.array(taskSchema) });
/** Answers `GET /v1/tasks/{id}/logs`. */
export const logsAnswerSchema = z.looseObject({ logs: z.array(taskLogSchema) });

/** What any failed answer may hold (`connect-api.md`, "Errors"). */
export const errorAnswerSchema = z.looseObject({
  success: z.optional(z.unknown()),
  message: z.optional(z.unknown()),
  error: z.optional(z.unknown()),
});

/** The node form of inputs, the only one that travels. */
export const nodeInputsSchema = z.array(
  z.looseObject({
    nodeId: z.string(),
    inputs: z.array(z.looseObject({ handle: z.string(), value: z.unknown() })),
  }),
);

/** The body of `POST /v1/tasks`, be it JSON or the fields of a form. */
export const createTaskBodySchema = z.looseObject({
  manifest: z.string(),
  inputValues: z.optional(nodeInputsSchema),
});

/** Answers `GET /packages`. */
export const packagesAnswerSchema = z.looseObject({
  packages: z.array(z.looseObject({ name: z.string(), version: z.string() })),
});

/** An installation (`connect-api.md`, "InstallTask"). */
export const installTaskSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  version: text,
  status: z.string(),
  packagePath: text,
  dependencies: list,
  error: text,
  createdAt: epochMs,
  updatedAt: epochMs,
});

/** Answers `POST /packages/install`. */
export const installAnswerSchema = z.looseObject({ taskId: text });
/** Answers `GET /packages/install/{id}`. */
export const installTaskAnswerSchema = z.looseObject({ task: installTaskSchema });
/** Answers `GET /packages/install`. */
export const installTasksAnswerSchema = z.looseObject({ tasks: z.array(installTaskSchema) });

/** Answers `POST /rpc/listApplets`. */
export const appletsAnswerSchema = z.array(
  z.looseObject({
    appletId: z.string(),
    userId: text,
    data: z.looseObject({
      packageId: z.string(),
      blockName: z.string(),
      presetInputs: record,
    }),
  }),
);
