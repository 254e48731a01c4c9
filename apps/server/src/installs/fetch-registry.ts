import ky, { HTTPError } from "ky";
import { EnvHttpProxyAgent, fetch } from "undici";

export interface RegistryAccess {
  url: string;
  /** Sent to this registry alone. */
  token: string | undefined;
}

/** What a registry answers that is not what was asked for. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

export interface FetchOptions {
  /** What is taken of the answer at most. */
  limitBytes: number;
  accept: string;
  signal: AbortSignal;
}

/**
 * Asks the registry for something and gives its bytes as they come; a second time if the connection failed or the registry
 * is in trouble. Nobody else is asked, whatever the registry names or redirects to: that might be a service behind the
 * firewall that this server stands behind, too.
 */
export async function* fetchRegistry(
  registry: RegistryAccess,
  target: string,
  options: FetchOptions,
): AsyncGenerator<Buffer, void> {
  const { body, url } = await ask(registry, target, options);
  let sizeBytes = 0;
  for await (const { buffer, byteOffset, byteLength } of body) {
    const chunk = Buffer.from(buffer, byteOffset, byteLength);
    sizeBytes += byteLength;
    if (sizeBytes > options.limitBytes) {
      throw new RegistryError(`${url} has more than the ${options.limitBytes} bytes that are taken of it`);
    }
    yield chunk;
  }
}

async function ask(registry: RegistryAccess, target: string, { accept, signal }: FetchOptions) {
  let url = ownUrl(registry, target);
  const headers = {
    accept,
    "accept-encoding": "identity",
    ...(registry.token !== undefined && { authorization: `Bearer ${registry.token}` }),
  };
  for (let redirects = 0; ; redirects += 1) {
    const response = await http.get(url, { headers, signal }).catch(rethrowPlainly);
    const { status, body } = response;
    if (response.ok && body) return { body, url };
    await body?.cancel();
    const location = response.headers.get("location");
    if (redirects === maxRedirects || !isRedirect(status) || location === null) {
      throw new RegistryError(`it answers ${status}`, status);
    }
    url = ownUrl(registry, new URL(location, url).href);
  }
}

const maxRedirects = 5;
/** A registry that says nothing for so long is given up. */
const silenceMs = 30_000;

/** Asks twice, and waits a while for a registry that says when. The proxy is that of the environment. */
const http = ky.create({
  // In parts, since this fetch knows no request of Node's own. Cast: undici has a type of its own for the same answer.
  fetch: (request) => {
    const { url, headers, redirect, signal } = request as Request;
    const given = { headers: [...headers], redirect, signal, dispatcher: agent() };
    return fetch(url, given) as Promise<unknown> as Promise<Response>;
  },
  redirect: "manual",
  timeout: false, // an archive takes as long as it moves
  throwHttpErrors: (status) => status === 429 || status >= 500,
  retry: {
    limit: 1,
    statusCodes: [429, 500, 502, 503, 504],
    maxRetryAfter: 5_000,
  },
});

/** ky's errors hold the request, with its token, and say less than what they were made from. */
function rethrowPlainly(error: unknown): never {
  if (error instanceof HTTPError) {
    const { status } = error.response;
    throw new RegistryError(`it answers ${status}`, status);
  }
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  throw reason;
}

const isRedirect = (status: number) => [301, 302, 303, 307, 308].includes(status);

let shared: EnvHttpProxyAgent | undefined;

/** Nothing is kept open for long. */
function agent(): EnvHttpProxyAgent {
  shared ??= new EnvHttpProxyAgent({
    keepAliveTimeout: 1_000,
    connect: { timeout: silenceMs },
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
  });
  return shared;
}

/** An address of npm's own registry stands for the same of the configured one, as mirrors of it have it. */
function ownUrl({ url: registryUrl }: RegistryAccess, target: string): string {
  const registry = new URL(registryUrl);
  const url = URL.parse(target);
  if (url?.host === npmHost && registry.host !== npmHost) return new URL(url.pathname, registry).href;
  if (url && /^https?:$/.test(url.protocol) && url.host === registry.host) return url.href;
  throw new RegistryError(
    `it names ${url ? `${url.protocol}//${url.host}` : "an address"} that is not its own, and nothing is fetched from there`,
  );
}

const npmHost = "registry.npmjs.org";
