import { checkValue, type Problem } from "./check-value.ts";
import type { Draft } from "./draft.ts";
import type { Field } from "./field.ts";

/** What a field comes to: a value to send, files to upload, nothing to say, or a problem. */
export type Reading =
  | { state: "value"; value: unknown }
  | { state: "files"; files: readonly File[] }
  | { state: "omitted" }
  | { state: "problem"; problem: Problem };

export function readDraft(field: Field, draft: Draft | undefined): Reading {
  if (field.kind === "file" || field.kind === "files") return readFiles(field, draft);
  if (typeof draft === "boolean") return checked(field, draft);
  const text = typeof draft === "string" ? draft : "";
  if (text.trim() === "") return readEmpty(field);
  if (field.kind === "choice") return checked(field, field.choices[Number(text)]?.value);
  if (field.kind === "number") return readNumber(field, text.trim());
  if (field.kind === "json") return readJson(field, text);
  return checked(field, text);
}

/** Emptying a field that may be null takes its default away; any other default stands for the empty field. */
function readEmpty({ isOptional, isNullable, defaultValue }: Field): Reading {
  if (!isOptional) return { state: "problem", problem: { code: "required" } };
  const mustSayNull = isNullable && defaultValue !== undefined && defaultValue !== null;
  return mustSayNull ? { state: "value", value: null } : { state: "omitted" };
}

function readNumber(field: Field, text: string): Reading {
  const value = Number(text);
  if (!Number.isFinite(value)) return { state: "problem", problem: { code: "number" } };
  return checked(field, value);
}

function readJson(field: Field, text: string): Reading {
  try {
    return checked(field, JSON.parse(text));
  } catch {
    return { state: "problem", problem: { code: "json" } };
  }
}

function readFiles({ isOptional, kind, schema }: Field, draft: Draft | undefined): Reading {
  const files = typeof draft === "object" ? draft : [];
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
  const problem = checkValue(field.schema, value);
  return problem ? { state: "problem", problem } : { state: "value", value };
}
