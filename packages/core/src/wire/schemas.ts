import * as z from "zod/mini";

// Servers in the field add fields, omit some and send null for others: require only the fields that the client uses,
// keep the rest, and treat a wrong value of an optional field as missing. (`z.catch` would do that too, for 4 kB.)
const optional = <Value>(isRight: (value: unknown) => value is Value) =>
  z.optional(z.transform((value: unknown) => (isRight(value) ? value : undefined)));
const text = optional((value) => typeof value === "string");
const textOrNull = optional((value) => typeof value === "string" || value === null);
const flag = optional((value) => typeof value === "boolean");
const epochMs = optional((value) => typeof value === "number");
const record = optional(
  (value): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value),
);
/** A list without its malformed items. */
const listOf = <Item extends z.core.$ZodType>(item: Item) =>
  z.optional(
    z.transform((value: unknown) =>
      Array.isArray(value)
        ? value.flatMap((entry) => {
            const checked = z.safeParse(item, entry);
            return checked.success ? [checked.data] : [];
          })
        : undefined,
    ),
  );

/** An input or output of a block, as its manifest declares it. */
const blockHandleSchema = z.looseObject({ handle: z.string(), description: text, nullable: flag });

/** The inputs of one node, in the node form, the only one on the wire. */
const nodeInputs = z.looseObject({
  nodeId: z.string(),
  inputs: z.array(z.looseObject({ handle: z.string(), value: z.unknown() })),
});

/** A block as servers list it (connect-api 4.1). */
export const blockSchema = z.looseObject({
  package: z.string(),
  name: z.string(),
  path: z.string(),
  description: text,
  inputs: listOf(blockHandleSchema),
  outputs: listOf(blockHandleSchema),
});

/** A task (connect-api 4.2). */
export const taskSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  project_id: text,
  manifest_path: text,
  inputValues: listOf(nodeInputs),
  created_at: epochMs,
  updated_at: epochMs,
});

/** A log (connect-api 4.3). */
export const taskLogSchema = z.looseObject({
  id: z.number(),
  type: z.string(),
  project_name: text,
  session_id: text,
  node_id: textOrNull,
  manifest_path: text,
  event: record,
  created_at: epochMs,
});

/** Answers `GET /v1/blocks`. */
export const blocksAnswerSchema = z.looseObject({ blocks: z.array(blockSchema) });
/** Answers every call about one task. */
export const taskAnswerSchema = z.looseObject({ task: taskSchema, success: flag });
/** Answers `POST /v1/tasks`. */
export const createTaskAnswerSchema = z.looseObject({ task: taskSchema, success: flag, userID: text });
/** Answers `GET /v1/tasks`. */
export const tasksAnswerSchema = z.looseObject({ tasks: z.array(taskSchema) });
/** Answers `GET /v1/tasks/{id}/logs`. */
export const logsAnswerSchema = z.looseObject({ logs: z.array(taskLogSchema), success: flag });

/** The body of any failed answer (connect-api 5). */
export const errorAnswerSchema = z.looseObject({
  success: z.optional(z.unknown()),
  message: z.optional(z.unknown()),
  error: z.optional(z.unknown()),
});

/** The node form of inputs, the only one on the wire. */
export const nodeInputsSchema = z.array(nodeInputs);

/** The body of `POST /v1/tasks`, as JSON or as the fields of a form. */
export const createTaskBodySchema = z.looseObject({
  manifest: z.string(),
  inputValues: z.optional(nodeInputsSchema),
});

/** Answers `GET /packages`. */
export const packagesAnswerSchema = z.looseObject({
  packages: z.array(z.looseObject({ name: z.string(), version: z.string() })),
});

/** An installation (connect-api 4.4). */
export const installTaskSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  version: text,
  status: z.string(),
  packagePath: text,
  dependencies: listOf(z.looseObject({ name: z.string(), version: z.string(), packagePath: z.string() })),
  error: text,
  createdAt: epochMs,
  updatedAt: epochMs,
});

/** Answers `POST /packages/install`. */
export const installAnswerSchema = z.looseObject({ taskId: text, success: flag });
/** Answers `GET /packages/install/{id}`. */
export const installTaskAnswerSchema = z.looseObject({ task: installTaskSchema, success: flag });
/** Answers `GET /packages/install`. */
export const installTasksAnswerSchema = z.looseObject({
  tasks: z.array(installTaskSchema),
  success: flag,
});

/** Answers `POST /rpc/listApplets`. */
export const appletsAnswerSchema = z.array(
  z.looseObject({
    appletId: z.string(),
    userId: text,
    createdAt: epochMs,
    updatedAt: epochMs,
    data: z.looseObject({
      id: text,
      title: text,
      description: text,
      createdAt: epochMs,
      packageId: z.string(),
      blockName: z.string(),
      presetInputs: record,
    }),
  }),
);
