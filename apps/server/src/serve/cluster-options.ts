import { minHeartbeatSeconds } from "../cluster/boss.ts";
import { defaultStatementTimeoutMs } from "../cluster/postgres.ts";
import type { ServerOptions } from "./options.ts";

/** What every process of a cluster needs. */
export interface ClusterOptions {
  /** `postgres://user:password@host:5432/name`, the same for all processes. */
  database: string;
  /** `s3://bucket/prefix`, or a folder that every machine sees: the same for all processes. */
  files: string;
  /** Where this process makes its scratch directory, which goes with it; the system's temporary directory by default. */
  dataDirectory?: string | undefined;
  /** How many connections to the database this process holds, besides one that listens; 10 by default, at least 2. */
  maxConnections?: number | undefined;
  /** How long a request to `s3://…` or its answer may stand still, in milliseconds; 20,000 by default. */
  storageIdleMs?: number | undefined;
  /** How long a statement of the database may take, in milliseconds, its answer a second longer; 8,000 by default. */
  statementTimeoutMs?: number | undefined;
}

/** What `startApi` takes besides what all processes do. */
export interface ApiOptions
  extends ClusterOptions,
    Pick<
      ServerOptions,
      | "host"
      | "port"
      | "playgroundDirectory"
      | "appletsFile"
      | "tokens"
      | "allowedOrigins"
      | "keepMs"
      | "requestsPerMinute"
      | "bodyLimitBytes"
      | "uploadLimitBytes"
      | "uploadsLimitBytes"
      | "uploadKeepMs"
      | "clientIdleMs"
      | "webhookAllow"
      | "webhookParts"
      | "log"
    > {
  /** How often a task is tried if its worker is lost or stopped; 3 by default. */
  attempts?: number | undefined;
  /** How long a worker may be silent before its tasks are taken from it; 20 by default, at least 10. */
  lostAfterSeconds?: number | undefined;
  /** How long a request waits for a database that cannot be reached before it is answered 503; 10,000 by default. */
  patienceMs?: number | undefined;
}

/** What `startWorker` takes besides what all processes do. */
export interface WorkerOptions
  extends ClusterOptions,
    Pick<
      ServerOptions,
      | "packages"
      | "host"
      | "tokens"
      | "concurrency"
      | "spareExecutors"
      | "spareIdleMs"
      | "isolation"
      | "warmMemoryBytes"
      | "executorTasks"
      | "executorAgeMs"
      | "executorGrowthBytes"
      | "executorReadyTimeoutMs"
      | "taskTimeoutMs"
      | "taskMemoryBytes"
      | "taskLogBytes"
      | "crashLimit"
      | "runAs"
      | "sandbox"
      | "noNetwork"
      | "retainedVariables"
      | "log"
    > {
  /** Serves `/healthz`, `/readyz` and `/metrics`, and nothing else; without it no port is opened. */
  port?: number | undefined;
  /** How long running tasks may go on after `close`, before they are given back; 20,000 by default. */
  drainMs?: number | undefined;
  /** How long the files of a task wait for a storage that is out of order before the task fails; 300,000 by default. */
  storagePatienceMs?: number | undefined;
  /** For how long it may fail to look for tasks before it says that it is not ready; 15,000 by default. */
  deafAfterMs?: number | undefined;
}

/** Longer, and whoever waits for a silent database may as well have none of our limits. */
const longestTimeoutMs = 600_000;

/** Throws if what a cluster needs is missing or out of range. */
export function checkClusterOptions({
  database,
  files,
  maxConnections = 10,
  statementTimeoutMs = defaultStatementTimeoutMs,
}: ClusterOptions): void {
  if (!database) throw new Error("Name the database: --database postgres://… or OOMOL_CONNECT_DATABASE.");
  if (!files) {
    throw new Error(
      "Name where files are kept: --files s3://BUCKET/PREFIX, or --files DIR for a folder that every machine sees.",
    );
  }
  if (!Number.isInteger(maxConnections) || maxConnections < 2) {
    throw new Error(
      `A process needs at least 2 connections to the database, one of them for the queue: not ${maxConnections} (--max-connections).`,
    );
  }
  if (
    !Number.isInteger(statementTimeoutMs) ||
    statementTimeoutMs < 1 ||
    statementTimeoutMs > longestTimeoutMs
  ) {
    throw new Error(
      `A statement of the database may take 1 to ${longestTimeoutMs} milliseconds: not ${statementTimeoutMs} (--statement-timeout-ms).`,
    );
  }
}

/** The same for what decides when a task is given up. */
export function checkAttempts(attempts: number, lostAfterSeconds: number): void {
  if (!Number.isInteger(attempts) || attempts < 1) {
    throw new Error(`A task is tried at least once, and a whole number of times: not ${attempts}.`);
  }
  if (!Number.isInteger(lostAfterSeconds) || lostAfterSeconds < minHeartbeatSeconds) {
    throw new Error(
      `A worker is taken for lost after a whole number of seconds, at least ${minHeartbeatSeconds}: not ${lostAfterSeconds}.`,
    );
  }
}
