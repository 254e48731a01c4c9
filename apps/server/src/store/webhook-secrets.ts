import { createWebhookSecret } from "@oomol/connect-core/webhooks";
import type { Kysely, Selectable } from "kysely";
import { type Retry, retryConnection } from "./retry-connection.ts";
import type { Tables } from "./tables.ts";

/** The secret of a caller as he is shown it. */
export interface WebhookSecret {
  secret: string;
  createdAt: number;
  /** Until when the one before it signs, too. */
  previousUntil: number | undefined;
}

/** How long receivers have time to learn a new secret. */
export const rotationMs = 86_400_000;

/** The secrets by which webhooks are signed, one for each caller and for a while the one before it. */
export class WebhookSecrets {
  readonly #database: Kysely<Tables>;
  readonly #now: () => number;
  readonly #retry: Retry = (run) => retryConnection(run);

  constructor(database: Kysely<Tables>, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
  }

  /** Made if there is none. */
  async of(caller: string): Promise<WebhookSecret> {
    return this.#shown(await this.#find(caller));
  }

  /** By which a webhook of the caller is signed now, the newest first. */
  async signing(caller: string): Promise<string[]> {
    const { secret, previous, previous_until } = await this.#find(caller);
    const isValid = previous !== null && (previous_until ?? 0) > this.#now();
    return isValid ? [secret, previous] : [secret];
  }

  /** Of two that replace it at once one counts, and each is answered what does. */
  async rotate(caller: string): Promise<WebhookSecret> {
    const { secret } = await this.#find(caller);
    const now = this.#now();
    const update = this.#database
      .updateTable("webhook_secrets")
      .set({
        secret: createWebhookSecret(),
        created_at: now,
        previous: secret,
        previous_until: now + rotationMs,
      })
      .where("caller", "=", caller)
      .where("secret", "=", secret);
    await this.#retry(() => update.execute());
    return this.of(caller);
  }

  async #find(caller: string): Promise<Selectable<Tables["webhook_secrets"]>> {
    const select = this.#database.selectFrom("webhook_secrets").selectAll().where("caller", "=", caller);
    const found = await this.#retry(() => select.executeTakeFirst());
    if (found) return found;
    const insert = this.#database
      .insertInto("webhook_secrets")
      .values({
        caller,
        secret: createWebhookSecret(),
        created_at: this.#now(),
        previous: null,
        previous_until: null,
      })
      .onConflict((conflict) => conflict.doNothing());
    await this.#retry(() => insert.execute());
    return this.#retry(() => select.executeTakeFirstOrThrow());
  }

  #shown({ secret, created_at, previous_until }: Selectable<Tables["webhook_secrets"]>): WebhookSecret {
    const isSigning = previous_until !== null && previous_until > this.#now();
    return { secret, createdAt: created_at, previousUntil: isSigning ? previous_until : undefined };
  }
}
