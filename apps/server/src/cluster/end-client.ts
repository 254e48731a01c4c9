import type pg from "pg";

/** Ends a connection, at once if the other end does not answer its goodbye. */
export async function endClient(client: pg.Client): Promise<void> {
  const cut = setTimeout(() => client.connection.stream.destroy(), patienceMs);
  await client.end().catch(() => undefined);
  clearTimeout(cut);
}

const patienceMs = 1_000;
