import { setTimeout as delay } from "node:timers/promises";
import type { OomolConnectClient } from "@oomol/connect-core";
import pg from "pg";

export interface RestOptions {
  client: OomolConnectClient;
  databaseUrl: string;
  /** How many tasks the workers can run at once. */
  places: number;
}

const withinMs = 60_000;

/** When all tasks have ended: whether every worker has room for as many as at its start, and no job is left. In words, what is wrong. */
export async function checkRest({ client, databaseUrl, places }: RestOptions): Promise<string[]> {
  const problems: string[] = [];
  const endless = { blockId: "measured::ticks", inputValues: { count: 1_000_000, pauseMs: 1_000 } };
  const signal = AbortSignal.timeout(withinMs);
  const ids = await Promise.all(
    Array.from({ length: places }, async () => (await client.tasks.create(endless)).task.id),
  );
  const statuses = async () => Promise.all(ids.map(async (id) => (await client.tasks.get(id)).task.status));
  const until = async (status: string) => {
    let seen = await statuses();
    while (seen.some((one) => one !== status) && !signal.aborted) {
      await delay(200);
      seen = await statuses();
    }
    if (seen.some((one) => one !== status))
      problems.push(
        `${places} tasks for ${places} places were not ${status} together in time: ${seen.join(", ")}`,
      );
  };
  await until("running");
  await Promise.all(ids.map((id) => client.tasks.stop(id)));
  await until("stopped");
  const jobs = await openJobs(databaseUrl);
  if (jobs.length > 0) problems.push(`jobs are left: ${JSON.stringify(jobs)}`);
  return problems;
}

async function openJobs(url: string): Promise<unknown[]> {
  const database = new pg.Client(url);
  await database.connect();
  try {
    const find = "select name, id, state from pgboss.job where state in ('created', 'retry', 'active')";
    return (await database.query(find)).rows;
  } finally {
    await database.end();
  }
}
