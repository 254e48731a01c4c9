import { TransportError } from "@oomol/connect-core";

const unknownAuthority = "the server's certificate has an unknown authority; is that given as `ca`?";

/** Why TLS does not accept a server's certificate. */
const explanations: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "the server's certificate is signed by itself; is its authority given as `ca`?",
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another host",
};

/** A rejected certificate, with what to do about it; `undefined` for any other failure. */
export function certificateError(failure: unknown): TransportError | undefined {
  const code: unknown = failure instanceof Error ? Reflect.get(failure, "code") : undefined;
  const reason = typeof code === "string" ? explanations[code] : undefined;
  return reason === undefined ? undefined : new TransportError(reason, { isUnsent: true, cause: failure });
}
