import * as z from "zod/mini";

// Servers in the field add fields freely, leave some out and send null for others: ask only for what the client uses,
// keep the rest, and take whatever an optional field wrongly holds for its absence.
const optional = <Type extends z.ZodMiniType>(type: Type) => z.catch(z.optional(type), undefined);
const text = optional(z.string());
const epochMs = optional(z.number());

const handleSchema = z.looseObject({ handle: z.string() });

export const blockSchema = z.looseObject({
  package: z.string(),
  name: z.string(),
  path: z.string(),
  description: text,
  inputs: optional(z.array(handleSchema)),
  outputs: optional(z.array(handleSchema)),
});

export const taskSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  project_id: text,
  manifest_path: text,
  created_at: epochMs,
  updated_at: epochMs,
});

export const taskLogSchema = z.looseObject({
  id: z.number(),
  type: z.string(),
  event: optional(z.record(z.string(), z.unknown())),
  created_at: epochMs,
});

export const blocksAnswerSchema = z.looseObject({ blocks: z.array(blockSchema) });
export const taskAnswerSchema = z.looseObject({ task: taskSchema });
export const tasksAnswerSchema = z.looseObject({ tasks: z.array(taskSchema) });
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

export const packagesAnswerSchema = z.looseObject({
  packages: z.array(z.looseObject({ name: z.string(), version: z.string() })),
});

export const installTaskSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  version: text,
  status: z.string(),
  packagePath: text,
  dependencies: optional(
    z.array(z.looseObject({ name: z.string(), version: z.string(), packagePath: z.string() })),
  ),
  error: text,
  createdAt: epochMs,
  updatedAt: epochMs,
});

export const installAnswerSchema = z.looseObject({ taskId: text });
export const installTaskAnswerSchema = z.looseObject({ task: installTaskSchema });
export const installTasksAnswerSchema = z.looseObject({ tasks: z.array(installTaskSchema) });

export const appletsAnswerSchema = z.array(
  z.looseObject({
    appletId: z.string(),
    userId: text,
    data: z.looseObject({
      packageId: z.string(),
      blockName: z.string(),
      presetInputs: optional(z.record(z.string(), z.unknown())),
    }),
  }),
);
