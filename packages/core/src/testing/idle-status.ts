import type { ServerStatus } from "../types.ts";

/** How a server is on which nothing has happened yet. */
export function idleStatus(): ServerStatus {
  const now = Date.now();
  const executors = { busy: 0, warm: 0, cold: 0, retired: {} };
  return {
    readAt: now,
    startedAt: now,
    kind: "embedded",
    versions: { server: "0.0.0", node: "0.0.0", database: "none" },
    queue: { pending: 0, running: 0 },
    workers: [
      {
        id: "fake",
        seenAt: now,
        isLive: true,
        slots: 1,
        running: 0,
        packages: [],
        packageCount: 0,
        executors,
      },
    ],
    executors,
    disk: {},
    failures: { since: now - 86_400_000, total: 0, blocks: [] },
  };
}
