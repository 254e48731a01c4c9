import { z } from "zod";

const epochMs = z.number().meta({ description: "Epoch milliseconds." });
const count = z.int().min(0);

const executorsSchema = z.object({
  busy: count.meta({ description: "Processes in a session." }),
  warm: count.meta({ description: "Standing by, after a task at least." }),
  cold: count.meta({ description: "Standing by, before their first task." }),
  retired: z.record(z.string(), count).meta({ description: "Sent away since the start, by reason." }),
});

const workerSchema = z.object({
  id: z.string(),
  host: z.string().optional(),
  version: z.string().optional(),
  startedAt: epochMs.optional(),
  seenAt: epochMs,
  isLive: z.boolean(),
  slots: count,
  running: count.optional(),
  packages: z.array(z.object({ name: z.string(), version: z.string() })),
  packageCount: count,
  executors: executorsSchema.optional(),
});

const diskSchema = z.object({
  databaseBytes: count.optional(),
  filesBytes: count.optional(),
  dataBytes: count.optional(),
  isPartial: z.boolean().optional().meta({ description: "There were too many files to count all." }),
  freeBytes: count.optional(),
  totalBytes: count.optional(),
});

const failuresSchema = z.object({
  since: epochMs,
  total: count,
  isPartial: z.boolean().optional().meta({ description: "There were too many to count all." }),
  blocks: z.array(z.object({ blockId: z.string(), count, lastAt: epochMs })),
});

/** How a server is (connect-api 6.9): the type of the answer, and its description. */
export const statusSchema = z.object({
  readAt: epochMs,
  startedAt: epochMs,
  kind: z.enum(["embedded", "cluster"]),
  versions: z.object({ server: z.string(), node: z.string(), database: z.string() }),
  queue: z.object({
    pending: count,
    running: count,
    oldest: z
      .object({ taskId: z.string(), blockId: z.string(), createdAt: epochMs, reason: z.string().optional() })
      .optional(),
  }),
  workers: z.array(workerSchema),
  moreWorkers: count.optional(),
  executors: executorsSchema,
  disk: diskSchema,
  failures: failuresSchema,
});

export type ServerStatus = z.infer<typeof statusSchema>;
export type WorkerStatus = z.infer<typeof workerSchema>;
export type DiskStatus = z.infer<typeof diskSchema>;
