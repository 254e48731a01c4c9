import { InvalidInputError } from "@oomol/connect-core";
import { type AllowBlocks, resolveAllowBlocks } from "./allow-blocks.ts";
import type { ProxyOperation } from "./operation.ts";

/**
 * Decides on one request: `true` allows it, a `Response` is sent instead (a 401, a redirect to a login), anything else
 * is a 403. It may read the request's headers and address; the body belongs to the proxy. If it throws, the answer is a 500.
 */
export type Authorize = (
  request: Request,
  operation: ProxyOperation,
) => boolean | Response | Promise<boolean | Response>;

/** The address of the server, and who may do what with which blocks. Everything that is not named here is refused. */
export interface ConnectProxyOptions {
  /** The Connect server: its origin plus `/api`, `https://connect.example.com/api` for instance. */
  baseUrl: string;
  /** Sent to the server as `Authorization`, exactly as given; a function is called for each request. A local server needs none. */
  apiToken?: string | (() => string | undefined | Promise<string | undefined>);
  /** The only blocks that run and are listed: ids, `PACKAGE::*`, or a function that returns `true`. */
  allowBlocks: AllowBlocks;
  /**
   * Who may do what. `"public"` lets everybody run the allowed blocks, at your cost. Then anybody who knows a task's id may
   * see and stop the task, and nobody may list tasks.
   */
  authorize: Authorize | "public";
  /** Bytes of all files of one form together, counted as they arrive, and of each upload that resumes. Default 100 MiB. */
  maxUploadBytes?: number;
  /** Bytes of a JSON body, or of a form's fields. Default 1 MiB. */
  maxInputBytes?: number;
  /** Whether callers whom `authorize` allows may install packages, whose code then runs on the server. Default false. */
  allowInstalls?: boolean;
  /** The path at which the proxy is mounted. Default `/api`, which is also a page's default `baseUrl`. */
  basePath?: string;
  /** Other origins whose pages may call, `https://app.example.com` for instance; without credentials. Default none. */
  allowedOrigins?: readonly string[];
  /** The address of the applet service, which gets the token too. Without it there are no applets. */
  appletsUrl?: string;
  /** The longest silence of the server, in milliseconds, in addition to a long-poll. Default 30,000. */
  timeoutMs?: number;
  /** Used instead of the runtime's own `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** Called once a task exists and before the caller gets its id, to store the task's owner. If it throws, the answer is a 500. */
  onTaskCreated?: (request: Request, task: { taskId: string; blockId: string }) => void | Promise<void>;
  /** Gets what callers do not: why the server could not be reached, an error of `authorize`. */
  onFailure?: (failure: unknown, request: Request) => void;
}

export interface ResolvedProxyOptions {
  baseUrl: string;
  apiToken: () => string | undefined | Promise<string | undefined>;
  isAllowedBlock: (blockId: string) => Promise<boolean>;
  authorize: Authorize | "public";
  maxUploadBytes: number;
  maxInputBytes: number;
  allowInstalls: boolean;
  basePath: string;
  allowedOrigins: ReadonlySet<string>;
  appletsUrl: string | undefined;
  timeoutMs: number;
  fetch: typeof globalThis.fetch;
  onTaskCreated: NonNullable<ConnectProxyOptions["onTaskCreated"]>;
  onFailure: NonNullable<ConnectProxyOptions["onFailure"]>;
}

/** @throws {InvalidInputError} if an option is missing or invalid. */
export function resolveProxyOptions(options: ConnectProxyOptions): ResolvedProxyOptions {
  const { apiToken, authorize, allowInstalls = false, appletsUrl } = options;
  if (typeof authorize !== "function" && authorize !== "public") {
    const advice =
      'Pass a function that decides who may do what, or "public" to let everybody run these blocks.';
    throw new InvalidInputError("authorize", `is missing, and a proxy without it would be open. ${advice}`);
  }
  if (allowInstalls && authorize === "public") {
    const danger = 'together with authorize: "public" it would let everybody run any code on the server.';
    throw new InvalidInputError("allowInstalls", `${danger} Pass a function as \`authorize\`.`);
  }
  return {
    baseUrl: serverUrl("baseUrl", options.baseUrl),
    apiToken: typeof apiToken === "function" ? apiToken : () => apiToken,
    isAllowedBlock: resolveAllowBlocks(options.allowBlocks),
    authorize,
    maxUploadBytes: bytes("maxUploadBytes", options.maxUploadBytes ?? 100 * 2 ** 20),
    maxInputBytes: bytes("maxInputBytes", options.maxInputBytes ?? 2 ** 20),
    allowInstalls,
    basePath: mountPath(options.basePath ?? "/api"),
    allowedOrigins: new Set(options.allowedOrigins?.map(pageOrigin)),
    appletsUrl: appletsUrl === undefined ? undefined : serverUrl("appletsUrl", appletsUrl),
    timeoutMs: bytes("timeoutMs", options.timeoutMs ?? 30_000),
    // Read each time: tests and tracers replace the global one.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    onTaskCreated: options.onTaskCreated ?? (() => undefined),
    onFailure: options.onFailure ?? (() => undefined),
  };
}

function serverUrl(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new InvalidInputError(name, 'expected a whole address such as "http://localhost:3000/api".');
  }
  // Not shown: it may be a secret.
  if (url.username || url.password || url.search || url.hash) {
    throw new InvalidInputError(name, "must have no user, query or fragment; a token goes into `apiToken`.");
  }
  return url.href.replace(/\/+$/, "");
}

function mountPath(path: string): string {
  const normal = URL.canParse(path, "http://host") ? new URL(path, "http://host").pathname : undefined;
  if (path.startsWith("/") && normal === path) return path.replace(/\/+$/, "");
  throw new InvalidInputError("basePath", `expected a path such as "/api", got ${JSON.stringify(path)}.`);
}

function pageOrigin(origin: string, index: number): string {
  const isOrigin = URL.canParse(origin) && new URL(origin).origin === origin;
  if (isOrigin && origin !== "null") return origin;
  throw new InvalidInputError(
    `allowedOrigins[${index}]`,
    `expected an origin such as "https://app.example.com", got ${JSON.stringify(origin)}.`,
  );
}

function bytes(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidInputError(name, `expected a number above 0, got ${String(value)}.`);
}
