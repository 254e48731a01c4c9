import type { HandleDef } from "../wire/messages.ts";
import { asBytes } from "./as-bytes.ts";
import { createReference, variableKey } from "./references.ts";
import { toSendable } from "./to-sendable.ts";
import type { ValueStores } from "./value-stores.ts";

export interface EncodeContext {
  sessionId: string;
  jobId: string;
  stores: ValueStores;
  warn(text: string): void;
}

/**
 * An output on the wire: variables become references, bytes become files (oocana-protocol 3.2, 3.3), everything else JSON.
 * A promise only if a file has to be written; undefined if nothing is to be sent.
 *
 * @throws `UnencodableValueError` for a value that cannot be sent at all.
 */
export function encodeValue(def: HandleDef, value: unknown, context: EncodeContext): unknown {
  switch (def.json_schema?.contentMediaType) {
    case "oomol/var":
      return encodeVariable(def.handle, value, context);
    case "oomol/bin":
      return encodeBinary(def.handle, value, context);
    default:
      return encodePlain(def.handle, value, context);
  }
}

function encodePlain(handle: string, value: unknown, { warn }: EncodeContext): unknown {
  return toSendable(value, { title: `Output handle [${handle}]`, path: handle }, warn);
}

function encodeVariable(
  handle: string,
  value: unknown,
  { sessionId, jobId, stores }: EncodeContext,
): unknown {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  stores.variables.set(variableKey(sessionId, jobId, handle), value);
  return createReference("oomol/var", { executor: "nodejs", session_id: sessionId, job_id: jobId, handle });
}

function encodeBinary(handle: string, value: unknown, context: EncodeContext): unknown {
  const { stores, warn } = context;
  const bytes = asBytes(value);
  if (bytes !== undefined) {
    return stores.files.writeBinary(handle, bytes).then((path) => createReference("oomol/bin", path));
  }
  warn(
    `Output handle [${handle}] is declared as oomol/bin, but its value is not bytes (Buffer, Uint8Array, ArrayBuffer, Blob, stream); it was passed on as it is.`,
  );
  return encodePlain(handle, value, context);
}
