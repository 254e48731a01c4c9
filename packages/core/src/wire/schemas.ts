import * as z from "zod/mini";

// Servers in the field add fields freely and leave some out: ask only for what the client uses, keep the rest.
const text = z.optional(z.nullable(z.string()));
const epochMs = z.optional(z.nullable(z.number()));

const handleSchema = z.looseObject({ handle: z.string() });

export const blockSchema = z.looseObject({
  package: z.string(),
  name: z.string(),
  path: z.string(),
  description: text,
  inputs: z.optional(z.nullable(z.array(handleSchema))),
  outputs: z.optional(z.nullable(z.array(handleSchema))),
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
  event: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
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
