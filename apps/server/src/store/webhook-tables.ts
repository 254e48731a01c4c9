import { type Kysely, sql } from "kysely";

/** What differs between the databases. */
interface Dialect {
  sequence: "integer" | "bigint";
  epochMs: "integer" | "bigint";
  createTriggers(database: Kysely<unknown>): Promise<void>;
}

/**
 * Deliveries are made by the database, in the transaction that changes the status of a task, whichever process and version of the
 * program that is: no end of a task is stored without the webhook that tells of it.
 */
export async function createWebhooksInSqlite(database: Kysely<unknown>): Promise<void> {
  await createTables(database, { sequence: "integer", epochMs: "integer", createTriggers: inSqlite });
}

/** The same in PostgreSQL. */
export async function createWebhooksInPostgres(database: Kysely<unknown>): Promise<void> {
  await createTables(database, { sequence: "bigint", epochMs: "bigint", createTriggers: inPostgres });
}

async function createTables(database: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { epochMs } = dialect;
  await database.schema
    .createTable("webhooks")
    .addColumn("task_id", "text", (column) => column.primaryKey())
    .addColumn("caller", "text", (column) => column.notNull())
    .addColumn("url", "text", (column) => column.notNull())
    .addColumn("events", "text", (column) => column.notNull())
    .execute();
  await database.schema.createIndex("webhooks_of_callers").on("webhooks").column("caller").execute();
  await database.schema
    .createTable("webhook_deliveries")
    .addColumn("sequence", dialect.sequence, (column) =>
      dialect.sequence === "integer"
        ? column.primaryKey().autoIncrement()
        : column.primaryKey().generatedAlwaysAsIdentity(),
    )
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("task_id", "text", (column) => column.notNull())
    .addColumn("caller", "text", (column) => column.notNull())
    .addColumn("url", "text", (column) => column.notNull())
    .addColumn("block_id", "text", (column) => column.notNull())
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("task_created_at", epochMs, (column) => column.notNull())
    .addColumn("created_at", epochMs, (column) => column.notNull())
    .addColumn("payload", "text")
    .addColumn("state", "text", (column) => column.notNull().defaultTo("pending"))
    .addColumn("attempts", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("tried_since", epochMs)
    .addColumn("next_at", epochMs, (column) => column.notNull())
    .addColumn("lease", "text")
    .addColumn("last_at", epochMs)
    .addColumn("last_status", "integer")
    .addColumn("last_error", "text")
    .addColumn("last_answer", "text")
    .execute();
  const index = (name: string) => database.schema.createIndex(name).on("webhook_deliveries");
  const isPending = sql<boolean>`state = 'pending'`;
  await index("webhooks_due").column("next_at").where(isPending).execute();
  await index("webhooks_pending").columns(["task_id", "sequence"]).where(isPending).execute();
  await index("webhooks_waiting").column("caller").where(isPending).execute();
  await index("webhooks_of_tasks").column("task_id").execute();
  await index("webhooks_by_caller").columns(["caller", "sequence"]).execute();
  await index("webhooks_over")
    .columns(["last_at", "state"])
    .where(sql<boolean>`state <> 'pending'`)
    .execute();
  await database.schema
    .createTable("webhook_secrets")
    .addColumn("caller", "text", (column) => column.primaryKey())
    .addColumn("secret", "text", (column) => column.notNull())
    .addColumn("created_at", epochMs, (column) => column.notNull())
    .addColumn("previous", "text")
    .addColumn("previous_until", epochMs)
    .execute();
  await dialect.createTriggers(database);
}

const delivered = sql.raw("id, task_id, caller, url, block_id, status, task_created_at, created_at, next_at");
const news = sql.raw(
  "task_id, caller, url, new.block_id, new.status, new.created_at, new.updated_at, new.updated_at",
);
const isOver = sql.raw("new.status in ('completed', 'failed', 'stopped')");

async function inSqlite(database: Kysely<unknown>): Promise<void> {
  await sql`
    create trigger webhook_news after update of status on tasks when new.status <> old.status begin
      insert into webhook_deliveries (${delivered})
        select 'msg_' || lower(hex(randomblob(16))), ${news} from webhooks
        where task_id = new.id and instr(events, ' task.' || new.status || ' ') > 0;
      delete from webhooks where task_id = new.id and ${isOver};
    end`.execute(database);
  await sql`
    create trigger webhook_forgotten after delete on tasks begin
      delete from webhooks where task_id = old.id;
      delete from webhook_deliveries where task_id = old.id and state <> 'pending';
      update webhook_deliveries set payload = null where task_id = old.id;
    end`.execute(database);
}

async function inPostgres(database: Kysely<unknown>): Promise<void> {
  await sql`
    create function connect_webhook_news() returns trigger language plpgsql as $$ begin
      insert into webhook_deliveries (${delivered})
        select 'msg_' || replace(gen_random_uuid()::text, '-', ''), ${news} from webhooks
        where task_id = new.id and strpos(events, ' task.' || new.status || ' ') > 0;
      if ${isOver} then delete from webhooks where task_id = new.id; end if;
      return null;
    end $$`.execute(database);
  await sql`
    create trigger webhook_news after update of status on tasks for each row
      when (new.status <> old.status) execute function connect_webhook_news()`.execute(database);
  await sql`
    create function connect_webhook_forgotten() returns trigger language plpgsql as $$ begin
      delete from webhooks where task_id = old.id;
      delete from webhook_deliveries where task_id = old.id and state <> 'pending';
      update webhook_deliveries set payload = null where task_id = old.id;
      return null;
    end $$`.execute(database);
  await sql`
    create trigger webhook_forgotten after delete on tasks for each row
      execute function connect_webhook_forgotten()`.execute(database);
}
