import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isSeq, type YAMLMap, YAMLSeq } from "yaml";
import type { DescribedBlock, DescribedHandle } from "./described-block.ts";

/** What a manifest says of a handle otherwise than the code. */
export interface HandleDifference {
  kind: "input" | "output";
  handle: string;
  /** A sentence's end: `its json_schema is …, and in the code …`. */
  seen: string;
}

const lists = [
  ["input", "inputs_def"],
  ["output", "outputs_def"],
] as const;

const fields = ["description", "json_schema", "nullable", "value"] as const;

/**
 * Where a manifest differs from the code, by handle. The order, separators, and fields that the code says nothing of, such as
 * titles, are the author's.
 */
export function compareHandles(document: Document, described: DescribedBlock): HandleDifference[] {
  return lists.flatMap(([kind, list]) => {
    const written = handlesIn(document, list);
    const wanted = new Map(described[list].map((one) => [one.handle, one]));
    const unknown = [...written.keys()].filter((handle) => !wanted.has(handle));
    return [
      ...[...wanted.values()].flatMap((one) => compareHandle(kind, one, written.get(one.handle))),
      ...unknown.map((handle) => ({ kind, handle, seen: "the code has no such handle" })),
    ];
  });
}

function compareHandle(
  kind: HandleDifference["kind"],
  wanted: DescribedHandle,
  written: YAMLMap | undefined,
): HandleDifference[] {
  const { handle } = wanted;
  if (!written) return [{ kind, handle, seen: "the manifest has no such handle" }];
  const now = written.toJSON() as Record<string, unknown>;
  return fields
    .filter((field) => isDifferent(field, now[field], wanted[field]))
    .map((field) => ({
      kind,
      handle,
      seen: `its ${field} is ${shown(now[field])}, and in the code ${shown(wanted[field])}`,
    }));
}

/** Words may stand in the manifest alone; a handle that is not nullable may say so. */
function isDifferent(field: (typeof fields)[number], now: unknown, wanted: unknown): boolean {
  if (field === "description" && wanted === undefined) return false;
  if (field === "nullable") return (now === true) !== (wanted === true);
  return !isDeepStrictEqual(now, wanted);
}

/** Writes what the code says into the manifest; comments, words and the order of handles stay. */
export function writeHandles(document: Document, described: DescribedBlock): void {
  for (const [, list] of lists) {
    const written = handlesIn(document, list);
    const wanted = new Set(described[list].map(({ handle }) => handle));
    const kept = sequenceIn(document, list);
    kept.items = kept.items.filter((item) => !isMap(item) || isKept(item, wanted));
    for (const one of described[list]) {
      const handle = written.get(one.handle);
      if (handle) writeHandle(document, handle, one);
      else kept.add(document.createNode(one));
    }
  }
}

function writeHandle(document: Document, written: YAMLMap, wanted: DescribedHandle): void {
  const now = written.toJSON() as Record<string, unknown>;
  for (const field of fields) {
    if (!isDifferent(field, now[field], wanted[field])) continue;
    if (wanted[field] === undefined) written.delete(field);
    else written.set(field, document.createNode(wanted[field]));
  }
}

function isKept(item: YAMLMap, wanted: ReadonlySet<string>): boolean {
  const handle = item.get("handle");
  return typeof handle !== "string" || wanted.has(handle);
}

function handlesIn(document: Document, list: string): Map<string, YAMLMap> {
  const sequence = document.get(list);
  const items = isSeq(sequence) ? sequence.items.filter(isMap) : [];
  const named = items.map((item) => [item.get("handle"), item] as const);
  return new Map(named.filter((pair): pair is [string, YAMLMap] => typeof pair[0] === "string"));
}

function sequenceIn(document: Document, list: string): YAMLSeq {
  const found = document.get(list);
  if (isSeq(found)) return found;
  const made = new YAMLSeq();
  document.set(list, made);
  return made;
}

function shown(value: unknown): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}
