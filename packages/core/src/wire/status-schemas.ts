import { flag, list, number, object, text, that } from "./schema.ts";

// Apart from the others: only who asks for the status loads them.

const versionSchema = object({ name: text, version: text });

const countsSchema = that(
  "an object of numbers",
  (value): value is Record<string, number> =>
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((count) => typeof count === "number"),
);

const executorsSchema = object({ busy: number, warm: number, cold: number, retired: countsSchema });

const workerSchema = object(
  {
    id: text,
    seenAt: number,
    isLive: flag,
    slots: number,
    packages: list(versionSchema),
    packageCount: number,
  },
  { host: text, version: text, startedAt: number, running: number, executors: executorsSchema },
);

const bytes = number;

/** How a server is (connect-api 6.9). */
const statusSchema = object(
  {
    readAt: number,
    startedAt: number,
    kind: text,
    versions: object({ server: text, node: text, database: text }),
    queue: object(
      { pending: number, running: number },
      { oldest: object({ taskId: text, blockId: text, createdAt: number }, { reason: text }) },
    ),
    workers: list(workerSchema),
    executors: executorsSchema,
    disk: object(
      {},
      {
        databaseBytes: bytes,
        filesBytes: bytes,
        dataBytes: bytes,
        isPartial: flag,
        freeBytes: bytes,
        totalBytes: bytes,
      },
    ),
    failures: object(
      {
        since: number,
        total: number,
        blocks: list(object({ blockId: text, count: number, lastAt: number })),
      },
      { isPartial: flag },
    ),
  },
  { moreWorkers: number },
);

/** Answers `GET /v1/status`. */
export const statusAnswerSchema = object({ status: statusSchema }, { success: flag });
