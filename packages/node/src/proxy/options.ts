import { InvalidInputError } from "@oomol/connect-core";
import { type AllowBlocks, resolveAllowBlocks } from "./allow-blocks.ts";
import type { ProxyOperation } from "./operation.ts";

/**
 * Decides on one request: `true` lets it through, a `Response` is sent instead (a 401, a redirect to a login), anything else
 * is a 403. It may read the request's headers and address; the body belongs to the proxy. What it throws is a 500.
 */
export type Authorize = (
  request: Request,
  operation: ProxyOperation,
) => boolean | Response | Promise<boolean | Response>;

/** Where the server is, and who may do what with which blocks. Nothing is open that is not named here. */
export interface ConnectProxyOptions {
  /** The Connect server: its origin plus `/api`, `https://connect.example.com/api` for instance. */
  baseUrl: string;
  /** Sent to the server as `Authorization`, exactly as given; a function is asked for each request. A local server needs none. */
  apiToken?: string | (() => string | undefined | Promise<string | undefined>);
  /** The only blocks that may run, and be seen: ids, `PACKAGE::*`, or a function that answers `true`. */
  allowBlocks: AllowBlocks;
  /**
   * Who may do what. `"public"` lets everybody run the allowed blocks, at your cost; then a task's id is all that is needed
   * to see and stop it, and nobody may list tasks.
   */
  authorize: Authorize | "public";
  /** Bytes of all files of one request together, counted as they come. Default 100 MiB. */
  maxUploadBytes?: number;
  /** Bytes of a JSON body, or of a form's fields. Default 1 MiB. */
  maxInputBytes?: number;
  /** Lets those whom `authorize` allows install packages, whose code then runs on the server. Default false. */
  allowInstalls?: boolean;
  /** Where the proxy is mounted. Default `/api`, which is a page's default `baseUrl` too. */
  basePath?: string;
  /** Other origins whose pages may call, `https://app.example.com` for instance; without credentials. Default none. */
  allowedOrigins?: readonly string[];
  /** The service that lists applets; it gets the token too. Without it there are none. */
  appletsUrl?: string;
  /** How long the server may keep silent, in milliseconds, on top of a wait that it is asked for. Default 30,000. */
  timeoutMs?: number;
  /** Used instead of the runtime's own `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** Called once a task exists and before its id is told, to remember whose it is. What it throws is a 500. */
  onTaskCreated?: (request: Request, task: { taskId: string; blockId: string }) => void | Promise<void>;
  /** Told what callers are not: why the server could not be reached, what `authorize` threw. */
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

/** @throws {InvalidInputError} where an option is missing or cannot work. */
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
    // Asked for each time: tests and tracers exchange the global one.
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
