import { Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import type { SecureContext } from "node:tls";
import {
  InvalidInputError,
  type Transport,
  type TransportRequest,
  type TransportResponse,
  toTransportError,
} from "@oomol/connect-core";
import { encodeMultipart } from "@oomol/connect-core/adapter";
import type { buildConnector, Dispatcher } from "undici";
import { certificateError } from "./certificate-error.ts";
import { decodeBody } from "./decode-body.ts";
import { recycle } from "./file-stream.ts";
import { hearOut } from "./hear-out.ts";

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

/**
 * A transport on undici: bodies are streamed with their exact length, files are read again for each attempt, connections
 * are kept, and an abort closes the socket at once. Uses a quarter of the CPU of `fetch`.
 */
export function createUndiciTransport(options: UndiciTransportOptions = {}): Transport {
  const { maxConnections = defaultMaxConnections } = options;
  const connections = new Connections(options);
  return {
    heldRequestLimit: Math.floor(maxConnections * 0.75),
    async send(request) {
      request.signal.throwIfAborted();
      const { origin, pathname, search, hostname } = new URL(request.url);
      const { headers, body, cancel } = requestBody(request);
      try {
        const dispatcher = await connections.towards(hostname);
        const response = await dispatcher.request({
          origin,
          path: pathname + search,
          method: request.method,
          headers: headers ? { ...request.headers, ...headers } : request.headers,
          // Accepts any async iterable, although its types do not say so.
          body: (body ?? null) as string | null,
          signal: request.signal,
          // The client's own timers know how long a server may hold an answer.
          headersTimeout: 0,
          bodyTimeout: 0,
        });
        return await toTransportResponse(response);
      } catch (failure) {
        cancel?.();
        request.signal.throwIfAborted();
        if (failure instanceof InvalidInputError) throw failure;
        throw certificateError(failure) ?? toTransportError(failure);
      }
    },
    close: () => connections.close(),
  };
}

const defaultMaxConnections = 256;

/** The connections to all servers, created for the first request. */
class Connections {
  readonly #options: UndiciTransportOptions;
  #open: Promise<{ direct: Dispatcher; proxied: Dispatcher }> | undefined;
  #isClosed = false;

  constructor(options: UndiciTransportOptions) {
    this.#options = options;
  }

  async towards(hostname: string): Promise<Dispatcher> {
    if (this.#isClosed) throw new InvalidInputError("client", "is closed. Make a new one.");
    this.#open ??= openDispatchers(this.#options);
    const { direct, proxied } = await this.#open;
    return isThisMachine(hostname) && this.#options.proxy === undefined ? direct : proxied;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const dispatchers = await this.#open;
    await Promise.all([dispatchers?.direct.destroy(), dispatchers?.proxied.destroy()]);
  }
}

async function openDispatchers({
  maxConnections = defaultMaxConnections,
  ca,
  http2 = true,
  proxy,
}: UndiciTransportOptions) {
  // Loading it takes longer than loading everything else, so load it only if needed.
  const { Agent, EnvHttpProxyAgent, buildConnector } = await import("undici");
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
  const tls = await import("node:tls");
  // Missing in Node before 22.15, whatever its types say.
  const getKnown: (() => string[]) | undefined = Reflect.get(tls, "getCACertificates");
  const known = getKnown?.() ?? tls.rootCertificates;
  return tls.createSecureContext({ ca: [...known, ...[ca].flat()] });
}

function hasProxyInEnvironment(): boolean {
  const names = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"];
  return names.some((name) => process.env[name]);
}

function isThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function requestBody({ body, onBytesSent }: TransportRequest): {
  body?: string | AsyncGenerator<Uint8Array>;
  headers?: Record<string, string>;
  cancel?: () => void;
} {
  if (body === undefined || typeof body === "string") return body === undefined ? {} : { body };
  const encoded = encodeMultipart(body);
  const reader = encoded.open().getReader();
  const length = encoded.contentLengthBytes;
  return {
    body: sentBytes(reader, onBytesSent),
    headers: {
      "content-type": encoded.contentType,
      ...(length === undefined ? {} : { "content-length": String(length) }),
    },
    // The connection may break while a source is silent; nothing would ask for its next chunk.
    cancel: () => void reader.cancel().catch(() => undefined),
  };
}

/** Small enough that even a slow line shows progress within the timeout, and more than any socket buffers silently. */
const mostBytesAtOnce = 2 ** 18;

async function* sentBytes(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  onBytesSent: TransportRequest["onBytesSent"],
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (let start = 0; start < value.byteLength; start += mostBytesAtOnce) {
        const slice = value.subarray(start, start + mostBytesAtOnce);
        // Returns when the socket has given a large slice to the system.
        yield slice;
        sent += slice.byteLength;
        onBytesSent?.(sent);
      }
      recycle(value);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function toTransportResponse({
  statusCode,
  headers,
  body,
}: Dispatcher.ResponseData): Promise<TransportResponse> {
  const header = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  };
  const encoding = header("content-encoding");
  const decoded = encoding === undefined ? body : await decodeBody(body, encoding);
  return {
    status: statusCode,
    header,
    text: () => (decoded === body ? body.text() : textOf(decoded)),
    // Node's own type of web streams, which differs from the global one in name only.
    stream: () => Readable.toWeb(decoded) as ReadableStream<Uint8Array>,
  };
}
