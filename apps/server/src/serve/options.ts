import { availableParallelism, homedir } from "node:os";
import { join, resolve } from "node:path";
import { type ExtensionName, extensionNames } from "@oomol/connect-core/wire";
import { type Logger, pino } from "pino";
import type { Isolation, WarmOptions } from "../engine/spares/warm-options.ts";
import type { KnownToken } from "../http/callers.ts";
import { isLoopback } from "../http/is-loopback.ts";
import { TokenList } from "../http/token-list.ts";
import { findRegistryToken } from "../installs/registry-token.ts";
import type { SqliteSync } from "../store/node-sqlite.ts";
import type { SpanIds } from "../tracing/relayed-span.ts";
import type { WebhookTestParts } from "../webhooks/open-webhooks.ts";
import { findPlayground } from "./find-playground.ts";

/** What a caller of `startServer` may set. */
export interface ServerOptions {
  /** Directories that hold package folders. */
  packages: readonly string[];
  /** Address to listen on, `127.0.0.1` by default. Anything but loopback needs `tokens`. */
  host?: string | undefined;
  /** 3000 by default; 0 takes a free one. */
  port?: number | undefined;
  /** Where tasks, logs and files are kept; a per-user directory by default. One server at a time may use it. */
  dataDirectory?: string | undefined;
  /** Where packages are installed from; npm's own registry by default. */
  registry?: string | undefined;
  /** For a registry that asks for a token; that of npm's own settings by default. */
  registryToken?: string | undefined;
  /** Whether a package may run programs of its own while it is installed; not by default. */
  allowScripts?: boolean | undefined;
  /** What an install may unpack, with all that it depends on; 500 MiB by default. */
  installLimitBytes?: number | undefined;
  /** How long an install may take; 600,000 by default. */
  installTimeoutMs?: number | undefined;
  /** The built playground, shown at `/`; the one that comes with the server by default. */
  playgroundDirectory?: string | undefined;
  /** A JSON or YAML file with the list of applets; without it there are none. */
  appletsFile?: string | undefined;
  /**
   * What `Authorization` may hold, as it is or behind `Bearer `; with none anyone on this machine may call. One with a name has
   * the roles that are given with it and sees its own tasks alone, one without may do everything.
   */
  tokens?: readonly KnownToken[] | undefined;
  /** Web origins (`https://app.example`) whose pages may call; pages of this server itself always may. */
  allowedOrigins?: readonly string[] | undefined;
  /** How many tasks run at once; the number of CPUs by default. */
  concurrency?: number | undefined;
  /**
   * Whether a process that has run a task may run another one of the same caller and package, once it has shown that
   * nothing of the last is left in it (`caller`, the default), or each task has a process that nobody had before (`process`).
   */
  isolation?: Isolation | undefined;
  /**
   * How many executors wait, ready, for blocks that ran lately; 2 by default, 0 for none. Where processes are used again,
   * as many as tasks run at once wait at least, unless it is 0.
   */
  spareExecutors?: number | undefined;
  /** How long one of them waits before it goes, 24 days at most; 10 minutes by default. */
  spareIdleMs?: number | undefined;
  /** What those that wait hold in memory together, at most; 1 GiB by default. */
  warmMemoryBytes?: number | undefined;
  /** How many tasks a process runs at most, in case it collects what nobody notices; 10,000 by default. */
  executorTasks?: number | undefined;
  /** How long a process is used at most, for the same reason; 1 hour by default. */
  executorAgeMs?: number | undefined;
  /** By how much it may grow: what a package keeps in its own modules is not looked at; 256 MiB by default. */
  executorGrowthBytes?: number | undefined;
  /** How long an executor may take to say that it is ready, 24 days at most; 5000 by default. */
  executorReadyTimeoutMs?: number | undefined;
  /**
   * Each Node.js block waits for a debugger on this port of 127.0.0.1, in a process of its own; then one task runs at a time, and
   * an executor has an hour to be ready. Whoever can open the port can run code as this user. Off by default.
   */
  inspectPort?: number | undefined;
  /** How long a task may run, 24 days (2³¹ − 1 ms) at most; as long as it likes by default. */
  taskTimeoutMs?: number | undefined;
  /** Whether tasks that ran when the server was killed run again; otherwise they fail with that reason, as by default. */
  rerunInterrupted?: boolean | undefined;
  /** What a task may hold in memory, with all it starts (watched on Linux); no limit by default. */
  taskMemoryBytes?: number | undefined;
  /** What the blocks of a task may log, in characters of JSON, before the rest is dropped; 256 Mi by default. */
  taskLogBytes?: number | undefined;
  /** How many processes of the server may die, or be lost, while a task runs before it is failed for that; 2 by default. */
  crashLimit?: number | undefined;
  /** The user as whom executors run, if root starts the server; the server's own by default. */
  runAs?: string | undefined;
  /** Runs executors in a sandbox: what they see is their package, their session and the runtime. Linux, with bubblewrap. */
  sandbox?: "bwrap" | undefined;
  /** Leaves executors in the sandbox without a network. */
  noNetwork?: boolean | undefined;
  /** How long a task is kept after its end, with its logs and files; for ever by default. */
  keepMs?: number | undefined;
  /** How much the logs and files of ended tasks may take, the oldest going first; no limit by default. */
  keepBytes?: number | undefined;
  /**
   * When a task counts as stored: when the disk has it (`full`), or when the system does (`normal`, the default), which a loss of
   * power may cost the last moments.
   */
  sqliteSync?: SqliteSync | undefined;
  /** Which extensions of the API it announces and serves; all by default. */
  extensions?: readonly ExtensionName[] | undefined;
  /** How many requests each token, or address, may make in a minute; no limit by default. */
  requestsPerMinute?: number | undefined;
  /** Limit of a JSON body or of all fields of a form; 16 MiB by default. */
  bodyLimitBytes?: number | undefined;
  /** How long a client may send nothing of a body that has not ended, or take nothing of an answer; 30,000 by default. */
  clientIdleMs?: number | undefined;
  /** Limit of all files of one request; 16 GiB by default. */
  uploadLimitBytes?: number | undefined;
  /** What the uploads of a caller that no task has taken may have, in bytes; 64 GiB by default. */
  uploadsLimitBytes?: number | undefined;
  /** How long an upload is kept after something was last written to it, 24 days at most; 24 hours by default. */
  uploadKeepMs?: number | undefined;
  /** Variables of the environment that blocks see besides the basic ones and `OOMOL_…`. */
  retainedVariables?: readonly string[] | undefined;
  /** Addresses and ranges (`10.1.0.0/16`) to which webhooks may be sent though they are not public; none by default. */
  webhookAllow?: readonly string[] | undefined;
  /** Of OpenTelemetry's SDK, if one is registered that was given them: then spans that blocks make are its spans, too. */
  spanIds?: SpanIds | undefined;
  /** For tests: the time, and what names stand for. */
  webhookParts?: WebhookTestParts | undefined;
  /** Silent by default. */
  log?: Logger | undefined;
}

/** The same with every default filled in. */
export interface ResolvedServerOptions extends WarmOptions {
  packages: string[];
  host: string;
  port: number;
  dataDirectory: string;
  registry: string;
  registryToken: string | undefined;
  allowScripts: boolean;
  installLimitBytes: number;
  installTimeoutMs: number;
  playgroundDirectory: string | undefined;
  appletsFile: string | undefined;
  tokens: TokenList;
  allowedOrigins: string[];
  executorReadyTimeoutMs: number;
  inspectPort: number | undefined;
  taskTimeoutMs: number | undefined;
  rerunInterrupted: boolean;
  taskMemoryBytes: number | undefined;
  taskLogBytes: number;
  crashLimit: number;
  runAs: string | undefined;
  sandbox: "bwrap" | undefined;
  noNetwork: boolean;
  keepMs: number | undefined;
  keepBytes: number | undefined;
  sqliteSync: SqliteSync;
  extensions: ExtensionName[];
  requestsPerMinute: number | undefined;
  bodyLimitBytes: number;
  clientIdleMs: number;
  uploadLimitBytes: number;
  uploadsLimitBytes: number;
  uploadKeepMs: number;
  retainedVariables: string[];
  webhookAllow: string[];
  spanIds: SpanIds | undefined;
  webhookParts: WebhookTestParts | undefined;
  log: Logger;
}

const mebibyte = 1024 * 1024;
/** A timer for longer than this goes off at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Two processes cannot have one port, and a person takes their time to attach. */
const oneAtATime = {
  concurrency: 1,
  isolation: "process",
  spareExecutors: 0,
  executorReadyTimeoutMs: 3_600_000,
} as const;

/** Fills in defaults and refuses what cannot work. */
export function resolveServerOptions(options: ServerOptions): ResolvedServerOptions {
  if (options.packages.length === 0)
    throw new Error("Name at least one directory of packages (--packages DIR).");
  return resolveCommonOptions(options);
}

/** The same for a process that may do without packages. */
export function resolveCommonOptions(options: Partial<ServerOptions>): ResolvedServerOptions {
  const resolved: ResolvedServerOptions = {
    packages: (options.packages ?? []).map((directory) => resolve(directory)),
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 3000,
    dataDirectory: resolve(options.dataDirectory ?? defaultDataDirectory()),
    registry: options.registry ?? "https://registry.npmjs.org",
    registryToken: options.registryToken,
    allowScripts: options.allowScripts ?? false,
    installLimitBytes: options.installLimitBytes ?? 500 * mebibyte,
    installTimeoutMs: options.installTimeoutMs ?? 600_000,
    playgroundDirectory: options.playgroundDirectory
      ? resolve(options.playgroundDirectory)
      : findPlayground(),
    appletsFile: options.appletsFile && resolve(options.appletsFile),
    tokens: new TokenList(options.tokens ?? []),
    allowedOrigins: [...(options.allowedOrigins ?? [])],
    concurrency: options.concurrency ?? availableParallelism(),
    isolation: options.isolation ?? "caller",
    spareExecutors: options.spareExecutors ?? 2,
    spareIdleMs: options.spareIdleMs ?? 600_000,
    warmMemoryBytes: options.warmMemoryBytes ?? 1024 * mebibyte,
    executorTasks: options.executorTasks ?? 10_000,
    executorAgeMs: options.executorAgeMs ?? 3_600_000,
    executorGrowthBytes: options.executorGrowthBytes ?? 256 * mebibyte,
    executorReadyTimeoutMs: options.executorReadyTimeoutMs ?? 5_000,
    inspectPort: options.inspectPort,
    taskTimeoutMs: options.taskTimeoutMs,
    rerunInterrupted: options.rerunInterrupted ?? false,
    taskMemoryBytes: options.taskMemoryBytes,
    taskLogBytes: options.taskLogBytes ?? 256 * mebibyte,
    crashLimit: options.crashLimit ?? 2,
    runAs: options.runAs,
    sandbox: options.sandbox,
    noNetwork: options.noNetwork ?? false,
    keepMs: options.keepMs,
    keepBytes: options.keepBytes,
    sqliteSync: options.sqliteSync ?? "normal",
    extensions: [...(options.extensions ?? extensionNames)],
    requestsPerMinute: options.requestsPerMinute,
    bodyLimitBytes: options.bodyLimitBytes ?? 16 * mebibyte,
    clientIdleMs: options.clientIdleMs ?? 30_000,
    uploadLimitBytes: options.uploadLimitBytes ?? 16 * 1024 * mebibyte,
    uploadsLimitBytes: options.uploadsLimitBytes ?? 64 * 1024 * mebibyte,
    uploadKeepMs: options.uploadKeepMs ?? 86_400_000,
    retainedVariables: [...(options.retainedVariables ?? [])],
    webhookAllow: [...(options.webhookAllow ?? [])],
    spanIds: options.spanIds,
    webhookParts: options.webhookParts,
    log: options.log ?? pino({ enabled: false }),
    ...(options.inspectPort !== undefined && oneAtATime),
  };
  if (!/^https?:$/.test(URL.parse(resolved.registry)?.protocol ?? "")) {
    throw new Error(`The registry must be an http or https address, not "${resolved.registry}".`);
  }
  if (!Number.isInteger(resolved.concurrency) || resolved.concurrency < 1) {
    throw new Error(`The concurrency must be a whole number of at least 1, not ${resolved.concurrency}.`);
  }
  if (!Number.isInteger(resolved.crashLimit) || resolved.crashLimit < 1) {
    throw new Error(`The crash limit must be a whole number of at least 1, not ${resolved.crashLimit}.`);
  }
  if ((resolved.inspectPort ?? 0) > 65_535) {
    throw new Error(`--inspect-blocks takes a port, up to 65535, not ${resolved.inspectPort}.`);
  }
  requireTimer("--task-timeout-ms", resolved.taskTimeoutMs);
  requireTimer("--executor-ready-timeout-ms", resolved.executorReadyTimeoutMs);
  requireTimer("spareIdleMs", resolved.spareIdleMs);
  requireTimer("installTimeoutMs", resolved.installTimeoutMs);
  requireTimer("clientIdleMs", resolved.clientIdleMs);
  requireTimer("--upload-hours", resolved.uploadKeepMs);
  resolved.registryToken ??= findRegistryToken(resolved.registry, process.env);
  if (resolved.tokens.isEmpty && !isLoopback(resolved.host)) {
    throw new Error(
      `Listening on ${resolved.host} lets other machines in, so it needs a token: set --token-file or OOMOL_CONNECT_SERVER_TOKENS.`,
    );
  }
  return resolved;
}

function requireTimer(name: string, ms: number | undefined): void {
  if (ms === undefined || ms <= longestTimerMs) return;
  throw new Error(`${name} may be ${longestTimerMs} (24 days) at most, not ${ms}.`);
}

function defaultDataDirectory(): string {
  const { XDG_DATA_HOME, LOCALAPPDATA } = process.env;
  const name = "oomol-connect-server";
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support", name);
  if (process.platform === "win32") return join(LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), name);
  return join(XDG_DATA_HOME ?? join(homedir(), ".local", "share"), name);
}
