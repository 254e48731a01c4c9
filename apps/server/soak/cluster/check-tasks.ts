import type { OomolConnectClient } from "@oomol/connect-core";
import pg from "pg";
import { firstLogId } from "../../src/store/log-table.ts";
import type { RunSeen } from "./fault-load.ts";

export interface CheckOptions {
  clients: readonly OomolConnectClient[];
  databaseUrl: string;
  runs: readonly RunSeen[];
  count(what: string, times?: number): void;
}

/**
 * Compares every task as its client saw it with what is stored: it ended as it was seen to end, its logs have no gap, and the
 * client was given each of them once and in order. Answers what is wrong, in words.
 */
export async function checkTasks({ clients, databaseUrl, runs, count }: CheckOptions): Promise<string[]> {
  const problems: string[] = [];
  for (const [index, { id, status, logs }] of runs.entries()) {
    if (id === undefined || status === undefined) continue; // told already
    // By any API process: not always the one that it was created at.
    const client = clients[index % clients.length] as OomolConnectClient;
    const { task } = await client.tasks.get(id);
    const stored = (await client.tasks.getLogs(id)).logs;
    count(`ended as ${task.status}`);
    count("logs", stored.length);
    if (stored.filter(({ type }) => type === "SessionStarted").length > 1) count("ran more than once");
    if (task.status !== status) problems.push(`${id} was seen as ${status}, and is ${task.status}`);
    const hasGap = stored.some((log, position) => log.id !== firstLogId + position);
    if (hasGap) problems.push(`${id} has a gap in its logs`);
    const [heard, kept] = [logs, stored].map((all) => JSON.stringify(all.map((log) => [log.id, log.type])));
    if (heard !== kept) problems.push(`${id} has the logs ${kept}, but its client was given ${heard}`);
  }
  const accepted = new Set(runs.flatMap(({ id }) => id ?? []));
  if (accepted.size !== runs.filter(({ id }) => id !== undefined).length) {
    problems.push("two requests were given the same task");
  }
  const stored = await storedIds(databaseUrl);
  count("tasks accepted", accepted.size);
  const unknown = [...stored].filter((id) => !accepted.has(id));
  if (unknown.length > 0) problems.push(`${unknown.join(", ")}: stored, but no client was told`);
  return problems;
}

async function storedIds(url: string): Promise<Set<string>> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>("select id from tasks");
    return new Set(rows.map(({ id }) => id));
  } finally {
    await client.end();
  }
}
