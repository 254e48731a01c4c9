import type pg from "pg";
import { type ClaimedRow, claimedColumns, openStatuses, type TaskRow } from "../store/task-rows.ts";
import type { HeldRow, WriteBatch } from "../store/task-writer.ts";
import { prepared } from "./prepared.ts";
import { turnOf } from "./turn-of.ts";

/** A statement as pg-boss would run it. */
export interface BossStatement {
  text: string;
  values?: unknown[] | undefined;
}

type Pool = Pick<pg.Pool, "query">;

/** With the queue of each task that ends; `null` for others. */
interface QueuedBatch extends Pick<WriteBatch, "logs"> {
  tasks: readonly (WriteBatch["tasks"][number] & { queue: string | null })[];
}

const open = openStatuses.map((status) => `'${status}'`).join(", ");

/**
 * One statement each, for what would be a transaction of several: a round trip to the database and a start of a
 * transaction cost it more than the rows. A statement does all that it says or nothing, as a transaction does.
 */
export const combined = {
  /**
   * Stores a task together with the job that pg-boss makes for it, which gets its turn among those of other callers, with where it
   * is to be told of, and with the uploads that it takes; rejects if the task, or its idempotency key, is there, or an upload is not.
   */
  async create(
    pool: Pool,
    row: TaskRow,
    queue: string,
    { text, values = [] }: BossStatement,
    { webhook, uploads = [] }: { webhook?: object | undefined; uploads?: readonly string[] | undefined } = {},
  ): Promise<void> {
    const [before, after, ...more] = text.split(bossJobs);
    if (before === undefined || after === undefined || more.length > 0) {
      throw new Error(`The turn of a task cannot be set: pg-boss does not take its jobs as ${bossJobs}.`);
    }
    const queueAt = values.length + 1; // the row follows
    const callerAt = Object.keys(row).indexOf("caller");
    const turn = turnOf(`$${queueAt}`, callerAt === -1 ? "''" : `$${queueAt + 1 + callerAt}`);
    const withTurn = "(select jsonb_set($1::jsonb, '{0,priority}', to_jsonb(turn)) from turn)::json";
    const given = [...values, queue, ...Object.values(row)];
    const others: string[] = [];
    if (webhook) {
      others.push(`hook as (${insertInto("webhooks", webhook, given.length)})`);
      given.push(...Object.values(webhook));
    }
    if (uploads.length > 0) {
      given.push(uploads, row.id);
      const [ids, id] = [`$${given.length - 1}::text[]`, `$${given.length}::text`];
      others.push(`taken as (insert into taken_uploads (upload_id, task_id) select unnest(${ids}), ${id})`);
    }
    const parts = [`turn as (${turn})`, `job as (${before}${withTurn}${after})`, ...others];
    await pool.query(
      prepared(`with ${parts.join(",\n       ")}\n       ${insertInto("tasks", row, queueAt)}`, given),
    );
  },

  /** Claims the tasks of the jobs that pg-boss fetches. A job whose task has ended, or is forgotten, comes without a row. */
  async claim(
    pool: Pool,
    claimant: string,
    { text, values = [] }: BossStatement,
  ): Promise<{ jobId: string; row?: ClaimedRow }[]> {
    const statement = `with job as (${text}),
       claimed as (
         update tasks set attempt = attempt + 1, interruptions = interruptions + 1,
                claimed_by = $${values.length + 1} || ' ' || attempt + 1
         where id in (select id::text from job) and status in (${open})
         returning ${claimedColumns.join(", ")})
       select job.id::text as job_id, claimed.* from job left join claimed on claimed.id = job.id::text`;
    const { rows } = await pool.query<ClaimedRow & { job_id: string; id: string | null }>(
      prepared(statement, [...values, claimant]),
    );
    return rows.map(({ job_id: jobId, ...row }) => (row.id === null ? { jobId } : { jobId, row }));
  },

  /**
   * Finds the tasks of a queue that a claimant has claimed, but for those that it knows of: the answer to its claim was lost.
   * A sign of life, so that nobody takes them from it meanwhile; those that somebody may take already are not its any more.
   */
  async findClaimed(
    pool: Pool,
    claimant: string,
    { queue, known, count }: { queue: string; known: readonly string[]; count: number },
  ): Promise<ClaimedRow[]> {
    const { rows } = await pool.query<ClaimedRow>(
      `with mine as (
         select tasks.id from pgboss.job as job join tasks on tasks.id = job.id::text
         where job.name = $2 and job.state = 'active' and tasks.status in (${open})
           and tasks.claimed_by = $1 || ' ' || tasks.attempt and tasks.id <> all($3::text[])
         limit $4),
       kept as (
         update pgboss.job set heartbeat_on = now()
         where name = $2 and id in (select id::uuid from mine) and state = 'active' returning id)
       select ${claimedColumns.join(", ")} from tasks where id in (select id::text from kept)`,
      [claimant, queue, known, count],
    );
    return rows;
  },

  /** The queues with jobs whose worker is silent, or took too long, and whether jobs wait in the queue of those given up. */
  async findLost(pool: Pool, givenUp: string): Promise<{ lost: string[]; isGivenUp: boolean }> {
    const { rows } = await pool.query<{ lost: string[]; is_given_up: boolean }>(
      `select array(select distinct name from pgboss.job where state = 'active'
                    and (heartbeat_on + heartbeat_seconds * interval '1 s' < now()
                      or started_on + expire_seconds * interval '1 s' < now())) as lost,
              exists(select from pgboss.job where name = $1 and state < 'active' and not blocked) as is_given_up`,
      [givenUp],
    );
    const [{ lost = [], is_given_up: isGivenUp = false } = {}] = rows;
    return { lost, isGivenUp };
  },

  /**
   * Writes logs and the last status of tasks under their claims, and takes the jobs of those that have ended out of their
   * queues; answers the tasks whose claim holds. Rows are locked in the order of their ids before they are judged. It comes out
   * the same when it is done again. A job that somebody else has locked stays: he fetches it, and finds that its task has ended.
   */
  async write(pool: Pool, { tasks, logs }: QueuedBatch): Promise<HeldRow[]> {
    const statement = `with given as (
         select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bigint[], $6::text[])
           as t(id, attempt, status, session_id, at_ms, queue)),
       held as materialized (
         select tasks.id, tasks.block_id, tasks.package_version, tasks.stop_requested_at,
                given.status as next_status, given.session_id as next_session_id, given.at_ms, given.queue
         from tasks join given using (id, attempt)
         where tasks.status in (${open}) or tasks.status = given.status
         order by tasks.id for no key update of tasks),
       written as (
         insert into task_logs (task_id, id, session_id, node_id, type, event, created_at)
         select log.* from unnest($7::text[], $8::int[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[])
           as log(task_id, id, session_id, node_id, type, event, created_at)
         join held on held.id = log.task_id
         on conflict (task_id, id) do nothing),
       changed as (
         update tasks set status = next_status, updated_at = at_ms, session_id = coalesce(next_session_id, tasks.session_id)
         from held where tasks.id = held.id and next_status is not null),
       left_queue as (
         delete from pgboss.job where (name, id) in (
           select job.name, job.id from held join pgboss.job as job on job.name = held.queue and job.id = held.id::uuid
           for update of job skip locked))
       select id, block_id, package_version, stop_requested_at from held`;
    const { rows } = await pool.query<HeldRow>(
      prepared(statement, [
        ...(["id", "attempt", "status", "sessionId", "atMs", "queue"] as const).map((name) =>
          tasks.map((task) => task[name]),
        ),
        ...logColumns.map((name) => logs.map((log) => log[name])),
      ]),
    );
    return rows;
  },
};

/** `columns` are of ours; their values stand behind so many others. */
function insertInto(table: string, columns: object, others: number): string {
  const names = Object.keys(columns);
  const places = names.map((_, index) => `$${others + index + 1}`);
  return `insert into ${table} (${names.join(", ")}) values (${places.join(", ")})`;
}

/** The first of its values: the jobs, of which it gets one at a time. */
const bossJobs = "$1::json";

const logColumns = ["task_id", "id", "session_id", "node_id", "type", "event", "created_at"] as const;
