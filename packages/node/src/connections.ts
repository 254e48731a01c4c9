import type { SecureContext } from "node:tls";
import { createFetchTransport, InvalidInputError, type Transport } from "@oomol/connect-core";
import type { buildConnector, Dispatcher } from "undici";
import { hearOut } from "./hear-out.ts";

export const defaultMaxConnections = 256;

/** How to connect. */
export interface UndiciTransportOptions {
  /**
   * Connections kept to one server at most. Default 256. A long-poll or stream occupies one; together they take three quarters,
   * and further waits poll, so that other requests never wait for them.
   */
  maxConnections?: number;
  /** Certificates, in PEM, that are trusted in addition to the system's. */
  ca?: string | Buffer | readonly (string | Buffer)[];
  /** Whether to use HTTP/2 with servers that offer it in the TLS handshake. Default true. */
  http2?: boolean;
  /**
   * The proxy's address; `false` for none. Default: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` of the environment, which
   * never apply to this machine itself.
   */
  proxy?: string | false;
}

/** Ways to the servers: directly, and through the proxy that is set. */
interface Routes<Way extends Dispatcher | Transport> {
  direct: Way;
  proxied: Way;
}

/** The connections to all servers, created for the first request. */
export class Connections {
  readonly #options: UndiciTransportOptions;
  #open: Promise<Routes<Dispatcher> | Routes<Transport>> | undefined;
  #isClosed = false;

  constructor(options: UndiciTransportOptions) {
    this.#options = options;
  }

  async towards(hostname: string): Promise<Dispatcher | Transport> {
    if (this.#isClosed) throw new InvalidInputError("client", "is closed. Make a new one.");
    this.#open ??= openRoutes(this.#options);
    const { direct, proxied } = await this.#open;
    return isThisMachine(hostname) && this.#options.proxy === undefined ? direct : proxied;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const { direct, proxied } = (await this.#open) ?? {};
    const ends = [direct, proxied].map((way) => way && ("send" in way ? way.close?.() : way.destroy()));
    await Promise.all(ends);
  }
}

async function openRoutes(options: UndiciTransportOptions): Promise<Routes<Dispatcher> | Routes<Transport>> {
  // Loading it takes longer than loading everything else, so load it only if needed.
  const undici = await import("undici");
  // Bun puts a stub in its place, whose agents cannot send.
  const isReal = typeof undici.Agent.prototype.request === "function";
  return isReal ? openDispatchers(undici, options) : openFetches(options);
}

/** Transports on the runtime's own `fetch`, by the options that Bun adds to it. */
async function openFetches({ ca, proxy }: UndiciTransportOptions): Promise<Routes<Transport>> {
  const tls = ca === undefined ? {} : { tls: { ca: await withKnown(ca) } };
  const fetchWith = (own: object) =>
    createFetchTransport((input, init) => fetch(input, { ...init, ...tls, ...own }));
  // Without the option, it reads the environment.
  return { direct: fetchWith({ proxy: false }), proxied: fetchWith(proxy === undefined ? {} : { proxy }) };
}

async function openDispatchers(
  { Agent, EnvHttpProxyAgent, buildConnector }: typeof import("undici"),
  { maxConnections = defaultMaxConnections, ca, http2 = true, proxy }: UndiciTransportOptions,
): Promise<Routes<Dispatcher>> {
  const tls = ca === undefined ? {} : { secureContext: await trusting(ca) };
  const settings = { connections: maxConnections, allowH2: http2 };
  const direct = new Agent({ ...settings, connect: hearingOut(buildConnector({ ...tls, allowH2: http2 })) });
  if (proxy === false || (proxy === undefined && !hasProxyInEnvironment()))
    return { direct, proxied: direct };
  const given = proxy === undefined ? {} : { httpProxy: proxy, httpsProxy: proxy, noProxy: "" };
  return {
    direct,
    proxied: new EnvHttpProxyAgent({ ...settings, ...given, requestTls: tls, proxyTls: tls }),
  };
}

/** HTTP/2 has ways of its own to refuse an upload. */
function hearingOut(connector: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connector(options, (failure, socket) => {
      if (failure) return callback(failure, null);
      const isHttp2 = "alpnProtocol" in socket && socket.alpnProtocol === "h2";
      callback(null, isHttp2 ? socket : hearOut(socket));
    });
}

async function trusting(ca: NonNullable<UndiciTransportOptions["ca"]>): Promise<SecureContext> {
  const { createSecureContext } = await import("node:tls");
  return createSecureContext({ ca: await withKnown(ca) });
}

async function withKnown(ca: NonNullable<UndiciTransportOptions["ca"]>): Promise<(string | Buffer)[]> {
  const tls = await import("node:tls");
  // Missing in Node before 22.15, whatever its types say.
  const getKnown: (() => string[]) | undefined = Reflect.get(tls, "getCACertificates");
  return [...(getKnown?.() ?? tls.rootCertificates), ...[ca].flat()];
}

function hasProxyInEnvironment(): boolean {
  const names = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"];
  return names.some((name) => process.env[name]);
}

function isThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
