import { failureChain } from "../errors/failure-chain.ts";

/**
 * The seam between the client and the network: one request in, one response out. Retries, authentication and decoding
 * are above it (`http.ts`), so a transport only moves bytes.
 */
export interface Transport {
  /**
   * Sends one request and resolves when the head of the answer is there; redirects are not followed.
   * Rejects with the signal's reason on abort, closing the connection, and with `TransportError` if no answer came.
   */
  send(request: TransportRequest): Promise<TransportResponse>;
  /**
   * How many answers may be held or streamed at once, if connections are few: a page has six to a server. Further
   * waits poll instead. Default: no limit.
   */
  readonly heldRequestLimit?: number;
  /** Closes kept connections. Safe to call twice. */
  close?(): Promise<void>;
}

/** One request as a transport gets it: complete, with its token and headers. */
export interface TransportRequest {
  method: "GET" | "POST";
  url: string;
  headers: Record<string, string>;
  /** JSON text, or fields and files to send as `multipart/form-data`. */
  body?: string | Upload;
  signal: AbortSignal;
  /** Bytes of the body given to the network so far; called with a growing number. */
  onBytesSent?: (sentBytes: number) => void;
  /** Whether a caller uses `onBytesSent`, and not only the request's timer; a page may pay for it with a preflight. */
  wantsProgress?: boolean;
}

/** The head of an answer, and ways to read its body. */
export interface TransportResponse {
  status: number;
  /** The value of a response header, by its lower-case name. */
  header(name: string): string | undefined;
  /** The whole body; either this or `stream` may be used, once. */
  text(): Promise<string>;
  /** The body's bytes as they come; either this or `text` may be used, once. */
  stream(): ReadableStream<Uint8Array>;
}

/** The content of a form upload. */
export interface Upload {
  fields: readonly (readonly [name: string, value: string])[];
  parts: readonly UploadPart[];
}

/** One file of an upload. */
export interface UploadPart {
  /** The form field, `files` for a task. */
  field: string;
  /** The file's name, as the server will see it. */
  name: string;
  /** MIME type. */
  type: string;
  /** Exact length; `undefined` if only reading tells. */
  sizeBytes: number | undefined;
  /** Whether `open` may be called again, for a retry. */
  isRepeatable: boolean;
  /** The bytes from the beginning. */
  open(): Promise<ReadableStream<Uint8Array>> | ReadableStream<Uint8Array>;
  /** The same bytes as a `Blob`, if there is one: browsers send it without copying. */
  blob?: Blob;
}

/** No answer came. Thrown by transports, and turned into the client's own errors in `http.ts`. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  /** The server cannot have seen the request: connection refused, no such host. */
  readonly isUnsent: boolean;

  constructor(reason: string, { isUnsent, cause }: { isUnsent: boolean; cause?: unknown }) {
    super(reason, { cause });
    this.isUnsent = isUnsent;
  }
}

/** The system's codes if no connection was made, so that nothing can have been sent. */
const unsentCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
]);

const explanations: Record<string, string> = {
  ECONNREFUSED: "the connection was refused; is the server running there?",
  ConnectionRefused: "the connection was refused; is the server running there?",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host's name could not be looked up",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed while sending",
  UND_ERR_SOCKET: "the connection was closed",
  UND_ERR_CONNECT_TIMEOUT: "connecting took too long",
  UND_ERR_DESTROYED: "the client was closed",
};

/** Reads what a runtime's own failure tells about the request, from its `code` or that of its causes. */
export function toTransportError(failure: unknown): TransportError {
  if (failure instanceof TransportError) return failure;
  const chain = failureChain(failure);
  const codes = chain.map(codeOf);
  const code =
    codes.find((candidate) => candidate !== undefined && candidate in explanations) ?? codes.find(Boolean);
  const innermost = chain.at(-1)?.message;
  // WHATWG Fetch, "port blocking": nothing is ever sent to such a port.
  const isBadPort = innermost === "bad port";
  const reason = isBadPort ? "fetch sends nothing to this port" : ((code && explanations[code]) ?? innermost);
  return new TransportError((reason ?? "the request failed").replace(/\.$/, ""), {
    isUnsent: isBadPort || codes.some((candidate) => candidate !== undefined && isOfConnecting(candidate)),
    cause: failure,
  });
}

function codeOf(failure: Error): string | undefined {
  const code: unknown = Reflect.get(failure, "code");
  return typeof code === "string" ? code : undefined;
}

function isOfConnecting(code: string): boolean {
  // TLS does not accept the server's certificate.
  return unsentCodes.has(code) || /CERT|_SIGNATURE$/.test(code);
}
