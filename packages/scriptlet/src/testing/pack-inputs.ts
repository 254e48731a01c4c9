import { createReference, variableKey } from "../values/references.ts";
import type { VariableStore } from "../values/value-stores.ts";
import { encodeMessage } from "../wire/codec.ts";
import type { HandleDefs } from "../wire/messages.ts";
import { toPlainJson } from "../wire/plain-json.ts";

export interface PackInputsOptions {
  inputs: Record<string, unknown>;
  inputsDef: HandleDefs | undefined;
  sessionId: string;
  variables: VariableStore;
}

/**
 * Inputs as an engine would send them; a value that JSON cannot represent becomes a variable.
 *
 * @throws `UnencodableValueError` for a declared input that could never arrive.
 */
export function packInputs({
  inputs,
  inputsDef = {},
  sessionId,
  variables,
}: PackInputsOptions): Record<string, unknown> {
  const withDefaults = { ...defaultsOf(inputsDef), ...inputs };
  const packed = Object.entries(withDefaults).map(([handle, value]) => [handle, pack(handle, value)]);
  return Object.fromEntries(packed);

  function pack(handle: string, value: unknown): unknown {
    if (ArrayBuffer.isView(value)) {
      return refer(handle, Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    }
    const def = Object.hasOwn(inputsDef, handle) ? inputsDef[handle] : undefined;
    if (def?.json_schema?.contentMediaType === "oomol/var") return refer(handle, value);
    if (def === undefined && !isJson(value)) return refer(handle, value);
    const sendable = toPlainJson(value, { strict: true, path: handle }) ?? null;
    return JSON.parse(encodeMessage({ [handle]: sendable }))[handle];
  }

  function refer(handle: string, value: unknown): unknown {
    const job_id = "upstream";
    variables.set(variableKey(sessionId, job_id, handle), value);
    return createReference("oomol/var", { executor: "nodejs", session_id: sessionId, job_id, handle });
  }
}

/** Handles of `inputsDef` that get nothing, neither a value nor null (oocana-protocol 7.2). */
export function missingInputs(
  inputs: Record<string, unknown>,
  inputsDef: HandleDefs | undefined = {},
): string[] {
  const given = { ...defaultsOf(inputsDef), ...inputs };
  return Object.keys(inputsDef).filter((handle) => !Object.hasOwn(given, handle));
}

function defaultsOf(inputsDef: HandleDefs): Record<string, unknown> {
  const entries = Object.values(inputsDef).flatMap((def) => {
    if ("value" in def) return [[def.handle, def.value ?? null] as const];
    return def.nullable ? [[def.handle, null] as const] : [];
  });
  return Object.fromEntries(entries);
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isJson);
}
