import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { TaskStore } from "../src/store/task-store.ts";

export const logsOfTask = 2;

/** Ended tasks with their logs, made by the database itself, and then tasks that wait, each with its job. */
export async function fillTasks(
  { pool, store }: { pool: pg.Pool; store: TaskStore },
  { ended, unfinished, block }: { ended: number; unfinished: number; block: { id: string; version: string } },
): Promise<void> {
  await pool.query(
    `insert into tasks (id, status, block_id, package_version, session_id, input_values, inputs, idempotency_key,
                        fingerprint, attempt, created_at, updated_at)
     select gen_random_uuid()::text, (array['completed', 'completed', 'completed', 'failed', 'stopped'])[1 + n % 5], $2, $3,
            gen_random_uuid()::text, '[]', '{}', 'key-' || n, 'fingerprint', 1, n * 1000, n * 1000 + 500
     from generate_series(1, $1::int) as n`,
    [ended, block.id, block.version],
  );
  await pool.query(
    `insert into task_logs (task_id, id, session_id, node_id, type, event, created_at)
     select tasks.id, n, tasks.session_id, null, 'BlockOutput', '{"type":"BlockOutput","output":"0123456789"}', tasks.updated_at
     from tasks, generate_series(0, $1::int - 1) as n`,
    [logsOfTask],
  );
  for (let made = 0; made < unfinished; made += 1) {
    await store.create({
      id: randomUUID(),
      blockId: block.id,
      packageVersion: block.version,
      inputValues: [],
      inputs: {},
    });
  }
  await pool.query("analyze");
}
