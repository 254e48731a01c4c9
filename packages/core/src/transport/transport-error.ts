import { failureChain } from "../errors/failure-chain.ts";

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
  ECONNREFUSED: "the connection was refused; no server listens there",
  ConnectionRefused: "the connection was refused; no server listens there",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host's name could not be looked up",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed while sending, as servers do with what is too large for them",
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
