import { inexactNumbersIn } from "@oomol/connect-core/wire";
import { checkValue, type Problem } from "./check-value.ts";
import { type Draft, type GroupDraft, isBlank, isFiles, isGroup, isList, type ListDraft } from "./draft.ts";
import type { Field } from "./field.ts";

/** What a field comes to: a value to send, files to upload, nothing to say, or a problem. */
export type Reading =
  | { state: "value"; value: unknown }
  | { state: "files"; files: readonly File[] }
  | { state: "omitted" }
  | { state: "problem"; problem: Problem; inside?: ProblemsInside };

/** Problems of the fields inside a field, by their path below it: names and keys of items, with slashes. */
export type ProblemsInside = ReadonlyMap<string, Problem>;

/** A field inside another, with its part of the path. */
type Part = [key: string, reading: Reading];

export function readDraft(field: Field, draft: Draft | undefined): Reading {
  if (field.kind === "file" || field.kind === "files") return readFiles(field, draft);
  if (typeof draft === "boolean") return checked(field, draft);
  if (isGroup(draft) || isList(draft)) return readNested(field, draft);
  const text = typeof draft === "string" ? draft : "";
  if (text.trim() === "") return readEmpty(field);
  if (field.kind === "choice") return checked(field, field.choices[Number(text)]?.value);
  if (field.kind === "number") return readNumber(field, text.trim());
  if (field.kind === "json") return readJson(field, text);
  return checked(field, text);
}

/** Emptying a field that may be null takes its default away; any other default stands for the empty field. */
function readEmpty({ isOptional, emptyIsNull }: Field): Reading {
  if (!isOptional) return { state: "problem", problem: { code: "required" } };
  return emptyIsNull ? { state: "value", value: null } : { state: "omitted" };
}

/** An object or array of which nothing is filled in is left out if it may be. */
function readNested(field: Field, draft: GroupDraft | ListDraft): Reading {
  const { isNullable, isOptional, defaultValue } = field;
  const mayBeEmpty = isNullable || (isOptional && defaultValue === undefined);
  if (mayBeEmpty && isBlank(draft)) return readEmpty(field);
  const parts = isGroup(draft) ? readGroup(field, draft) : readList(field, draft);
  const inside = problemsInside(parts);
  const [first] = inside.values();
  if (first) return { state: "problem", problem: first, inside };
  const values = parts.flatMap(([key, reading]) => (reading.state === "value" ? [[key, reading.value]] : []));
  return checked(field, isGroup(draft) ? Object.fromEntries(values) : values.map(([, value]) => value));
}

function readGroup({ children }: Field, { group }: GroupDraft): Part[] {
  return children.map((child) => [child.handle, readDraft(child, group[child.handle])]);
}

function readList({ item }: Field, { items }: ListDraft): Part[] {
  return item ? items.map(({ key, draft }) => [String(key), readDraft(item, draft)]) : [];
}

function problemsInside(parts: readonly Part[]): Map<string, Problem> {
  const inside = new Map<string, Problem>();
  for (const [key, reading] of parts) {
    if (reading.state !== "problem") continue;
    if (!reading.inside) inside.set(key, reading.problem);
    for (const [path, problem] of reading.inside ?? []) inside.set(`${key}/${path}`, problem);
  }
  return inside;
}

function readNumber(field: Field, text: string): Reading {
  const value = Number(text);
  const inexact = inexactIn(text);
  if (inexact) return inexact;
  if (!Number.isFinite(value)) return { state: "problem", problem: { code: "number" } };
  return checked(field, value);
}

function readJson(field: Field, text: string): Reading {
  const inexact = inexactIn(text);
  if (inexact) return inexact;
  try {
    return checked(field, JSON.parse(text));
  } catch {
    return { state: "problem", problem: { code: "json" } };
  }
}

/** A number in JSON that would arrive as another. */
function inexactIn(json: string): Reading | undefined {
  const [first] = inexactNumbersIn(json);
  return first && { state: "problem", problem: { code: "exact", limit: first.text.slice(0, 40) } };
}

function readFiles({ isOptional, kind, schema }: Field, draft: Draft | undefined): Reading {
  const files = isFiles(draft) ? draft : [];
  const { minItems, maxItems } = schema;
  if (files.length === 0) {
    return isOptional ? { state: "omitted" } : { state: "problem", problem: { code: "requiredFile" } };
  }
  if (kind === "files" && typeof minItems === "number" && files.length < minItems) {
    return { state: "problem", problem: { code: "minItems", limit: minItems } };
  }
  if (kind === "files" && typeof maxItems === "number" && files.length > maxItems) {
    return { state: "problem", problem: { code: "maxItems", limit: maxItems } };
  }
  return { state: "files", files };
}

function checked(field: Field, value: unknown): Reading {
  const isFitting = value === null && field.isNullable;
  const problem = isFitting ? undefined : checkValue(field.rules ?? true, value);
  return problem ? { state: "problem", problem } : { state: "value", value };
}
