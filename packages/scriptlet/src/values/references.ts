const marker = "__OOMOL_TYPE__";

/** `{"__OOMOL_TYPE__": "oomol/var", "value": …}`: a value that is stored elsewhere (oocana-protocol 3.2, 3.3). */
export function createReference(kind: "oomol/var" | "oomol/bin", value: unknown) {
  return { [marker]: kind, value };
}

/** The target of a reference; undefined if the value is not a reference. Unknown extra fields are ignored. */
export function readReference(
  value: unknown,
): { kind: "oomol/var"; key: string } | { kind: "oomol/bin"; path: string } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  // Only own fields of an object are read below.
  const { [marker]: kind, value: target } = value as Record<string, unknown>;
  if (kind === "oomol/bin" && typeof target === "string") return { kind, path: target };
  if (kind !== "oomol/var" || typeof target !== "object" || target === null) return undefined;
  const { session_id, job_id, handle } = target as Record<string, unknown>;
  return { kind, key: variableKey(String(session_id), String(job_id), String(handle)) };
}

/** The store's key of one output of one job. */
export function variableKey(sessionId: string, jobId: string, handle: string): string {
  return JSON.stringify([sessionId, jobId, handle]);
}
