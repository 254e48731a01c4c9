import type { HandleDef, HandleDefs } from "../wire/messages.ts";

/** Handle definitions by handle, from a manifest's list, from names, or as they are. */
export function toHandleDefs(
  defs: HandleDefs | readonly (HandleDef | string)[] | undefined,
): HandleDefs | undefined {
  if (defs === undefined || !isList(defs)) return defs;
  const all = defs.map((def) => (typeof def === "string" ? { handle: def } : def));
  return Object.fromEntries(all.map((def) => [def.handle, def]));
}

// Array.isArray does not narrow readonly arrays out of a union.
function isList(defs: HandleDefs | readonly (HandleDef | string)[]): defs is readonly (HandleDef | string)[] {
  return Array.isArray(defs);
}
