import { z } from "zod";

const epochMs = z.number().meta({ description: "Epoch milliseconds." });

export const handleSchema = z.looseObject({
  handle: z.string(),
  json_schema: z.unknown().optional(),
});

export const blockSchema = z.object({
  package: z.string(),
  name: z.string(),
  path: z.string().meta({ description: "Has the segments NAME-VERSION and VERSION." }),
  title: z.string().optional(),
  description: z.string().optional(),
  inputs: z.array(handleSchema).optional(),
  outputs: z.array(handleSchema).optional(),
});

export const nodeInputsSchema = z.array(
  z.looseObject({
    nodeId: z.string(),
    inputs: z.array(z.looseObject({ handle: z.string(), value: z.unknown() })),
  }),
);

export const taskSchema = z.object({
  id: z.string(),
  status: z.enum(["created", "pending", "running", "completed", "failed", "stopped"]),
  project_id: z.string(),
  manifest_path: z.string(),
  inputValues: nodeInputsSchema,
  created_at: epochMs,
  updated_at: epochMs,
  pending_reason: z.string().optional().meta({ description: "Why nobody can run a pending task now." }),
});

export const taskLogSchema = z.object({
  id: z.int().min(0).meta({ description: "From 1, ascending; from 0 in tasks of older versions." }),
  project_name: z.string(),
  session_id: z.string(),
  node_id: z.string().nullable(),
  manifest_path: z.string(),
  type: z.string(),
  event: z.record(z.string(), z.unknown()),
  created_at: epochMs,
});

export const packageSchema = z.object({ name: z.string(), version: z.string() });

export const packageProblemSchema = z.object({
  path: z.string().meta({ description: "As in GET /v1/blocks, or the name of a folder." }),
  message: z.string(),
});

export const installTaskSchema = z.object({
  ...packageSchema.shape,
  id: z.string(),
  status: z.enum(["pending", "running", "success", "failed"]),
  packagePath: z.string().optional(),
  dependencies: z.array(packageSchema.extend({ packagePath: z.string() })).optional(),
  progress: z.string().optional().meta({ description: "What it is at, in words, while it runs." }),
  error: z.string().optional(),
  createdAt: epochMs,
  updatedAt: epochMs,
});

export const refusalSchema = z.object({
  success: z.literal(false),
  message: z.string(),
  error: z.object({ message: z.string() }),
});

export type BlockAnswer = z.infer<typeof blockSchema>;
export type TaskAnswer = z.infer<typeof taskSchema>;
export type TaskLogAnswer = z.infer<typeof taskLogSchema>;
export type InstallAnswer = z.infer<typeof installTaskSchema>;
export type RefusalAnswer = z.infer<typeof refusalSchema>;
