import { EnvHttpProxyAgent, request } from "undici";

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
  for await (const chunk of body as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > options.limitBytes) {
      throw new RegistryError(`${url} has more than the ${options.limitBytes} bytes that are taken of it`);
    }
    yield chunk;
  }
}

async function ask(registry: RegistryAccess, target: string, { accept, signal }: FetchOptions) {
  let url = ownUrl(registry, target);
  for (let redirects = 0, isSecond = false; ; ) {
    const answer = await request(url, {
      dispatcher: agent(),
      headers: {
        accept,
        "accept-encoding": "identity",
        ...(registry.token !== undefined && { authorization: `Bearer ${registry.token}` }),
      },
      signal,
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
    }).catch((error: unknown) => {
      if (isSecond || signal.aborted) throw error;
      return undefined;
    });
    const { statusCode = 0, headers, body } = answer ?? {};
    if (body !== undefined && statusCode >= 200 && statusCode < 300) return { body, url };
    body?.on("error", () => undefined).destroy();
    const { location } = headers ?? {};
    if (
      redirects < maxRedirects &&
      [301, 302, 303, 307, 308].includes(statusCode) &&
      typeof location === "string"
    ) {
      url = ownUrl(registry, new URL(location, url).href);
      redirects += 1;
    } else if (isSecond || (statusCode > 0 && statusCode < 500)) {
      throw new RegistryError(`it answers ${statusCode}`, statusCode);
    } else isSecond = true;
  }
}

const maxRedirects = 5;
/** A registry that says nothing for so long is given up. */
const silenceMs = 30_000;

let shared: EnvHttpProxyAgent | undefined;

/** With the proxy that the environment names. Nothing is kept open for long. */
function agent(): EnvHttpProxyAgent {
  shared ??= new EnvHttpProxyAgent({ keepAliveTimeout: 1_000, connect: { timeout: silenceMs } });
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
