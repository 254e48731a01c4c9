import type { BlockHandle } from "../types.ts";

type Schema = Readonly<Record<string, unknown>>;

/** Whether an input takes uploaded files. */
export function asksForFiles({ json_schema }: BlockHandle): boolean {
  return formsOf(json_schema).some((form) => isFile(form) || formsOf(form.items, json_schema).some(isFile));
}

/** Whether an input for files takes any number of them. */
export function isList({ json_schema }: BlockHandle): boolean {
  const forms = formsOf(json_schema);
  const form = forms.find(isFile);
  return !form || [form.type].flat().includes("array");
}

function isFile({ contentMediaType, "ui:widget": widget }: Schema): boolean {
  return contentMediaType === "oomol/bin" || widget === "file";
}

/** A schema, what it refers to, and the one form that it offers besides null. */
function formsOf(schema: unknown, root = schema, seen = new Set()): Schema[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const own = Object(schema) as Schema;
  const only = [own.anyOf, own.oneOf].map((forms) => {
    const choices = listOf(forms).filter((form) => Reflect.get(Object(form), "type") !== "null");
    return choices.length === 1 ? choices[0] : undefined;
  });
  const parts = [targetOf(own.$ref, root), ...listOf(own.allOf), ...only];
  const inner = parts.filter((part) => part !== undefined);
  return [own, ...inner.flatMap((part) => formsOf(part, root, seen))];
}

/** The part of the whole schema that a reference names, as `#/$defs/name` does. */
function targetOf(reference: unknown, root: unknown): unknown {
  if (typeof reference !== "string" || !reference.startsWith("#/")) return undefined;
  const keys = reference.slice(2).split("/");
  return keys.reduce(
    (part, key) => (Object.hasOwn(Object(part), key) ? Reflect.get(part as object, key) : undefined),
    root,
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
