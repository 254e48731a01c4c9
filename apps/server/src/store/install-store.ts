import type { Kysely, Selectable } from "kysely";
import type { InstallStatus, Tables } from "./tables.ts";
import { TaskChanges } from "./task-changes.ts";
import { type IdempotentRequest, storedKey } from "./task-rows.ts";

/** The install of a package, as clients ask for it. */
export interface StoredInstall {
  id: string;
  name: string;
  /** As it was asked for; the exact one once it is installed. */
  version: string;
  status: InstallStatus;
  dependencies: { name: string; version: string }[];
  error: string | null;
  createdAt: number;
  updatedAt: number;
}

export type NewInstall = Pick<StoredInstall, "id" | "name" | "version"> & {
  idempotency?: IdempotentRequest | undefined;
};

/** Installs on disk. */
export class InstallStore {
  readonly changes = new TaskChanges();
  readonly #database: Kysely<Tables>;

  constructor(database: Kysely<Tables>) {
    this.#database = database;
  }

  /** Answers `undefined` if the idempotency key is taken. */
  async create({ id, name, version, idempotency }: NewInstall): Promise<StoredInstall | undefined> {
    const now = Date.now();
    const row = await this.#database
      .insertInto("installs")
      .values({
        id,
        name,
        version,
        status: "pending",
        dependencies: "[]",
        error: null,
        idempotency_key: idempotency ? storedKey(idempotency) : null,
        fingerprint: idempotency?.fingerprint ?? null,
        created_at: now,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.column("idempotency_key").doNothing())
      .returningAll()
      .executeTakeFirst();
    return row && toInstall(row);
  }

  async update(
    id: string,
    {
      dependencies,
      ...change
    }: Partial<Pick<StoredInstall, "status" | "version" | "dependencies" | "error">>,
  ): Promise<void> {
    const update = {
      ...change,
      ...(dependencies && { dependencies: JSON.stringify(dependencies) }),
      updated_at: Date.now(),
    };
    await this.#database.updateTable("installs").set(update).where("id", "=", id).execute();
    this.changes.notify(id);
  }

  async get(id: string): Promise<StoredInstall | undefined> {
    const row = await this.#select().where("id", "=", id).executeTakeFirst();
    return row && toInstall(row);
  }

  /** The install that was created under an idempotency key. */
  async findByKey(
    wanted: IdempotentRequest,
  ): Promise<{ install: StoredInstall; idempotency: IdempotentRequest } | undefined> {
    const row = await this.#select().where("idempotency_key", "=", storedKey(wanted)).executeTakeFirst();
    return row && { install: toInstall(row), idempotency: { ...wanted, fingerprint: row.fingerprint ?? "" } };
  }

  /** Newest first. */
  async list(): Promise<StoredInstall[]> {
    return (await this.#select().orderBy("sequence", "desc").execute()).map(toInstall);
  }

  /** In the order in which they were asked for. */
  async listUnfinished(): Promise<StoredInstall[]> {
    const rows = await this.#select()
      .where("status", "in", ["pending", "running"])
      .orderBy("sequence")
      .execute();
    return rows.map(toInstall);
  }

  #select() {
    return this.#database.selectFrom("installs").selectAll();
  }
}

function toInstall(row: Selectable<Tables["installs"]>): StoredInstall {
  const { id, name, version, status, error } = row;
  const dependencies = JSON.parse(row.dependencies);
  return {
    id,
    name,
    version,
    status,
    dependencies,
    error,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
