import type { Field } from "./field.ts";

/** What stands in a field, before anybody knows whether it fits. */
export type Draft = string | boolean | readonly File[];
export type Drafts = Readonly<Record<string, Draft>>;

/** What a field holds before anything is typed. */
export function initialDraft({ kind, defaultValue, choices }: Field): Draft {
  if (kind === "file" || kind === "files") return [];
  if (kind === "switch") return defaultValue === true;
  if (kind === "choice") {
    const position = choices.findIndex(({ value }) => isSame(value, defaultValue));
    return position < 0 ? "" : String(position);
  }
  if (defaultValue === undefined || defaultValue === null) return "";
  if (kind === "json") return JSON.stringify(defaultValue, null, 2);
  return typeof defaultValue === "string" ? defaultValue : JSON.stringify(defaultValue);
}

/** Drafts for a whole form; those given win where they still fit the field. */
export function initialDrafts(fields: readonly Field[], given: Drafts = {}): Drafts {
  return Object.fromEntries(
    fields.map((field) => {
      const initial = initialDraft(field);
      const kept = given[field.handle];
      return [field.handle, typeof kept === typeof initial && kept !== undefined ? kept : initial];
    }),
  );
}

/** The drafts that may be stored: no files, no secrets. */
export function storableDrafts(fields: readonly Field[], drafts: Drafts): Record<string, string | boolean> {
  const storable: Record<string, string | boolean> = {};
  for (const { handle, kind } of fields) {
    const draft = drafts[handle];
    const isShort = typeof draft === "string" && draft.length <= longestStored;
    if (kind !== "secret" && (typeof draft === "boolean" || isShort)) storable[handle] = draft;
  }
  return storable;
}

/** Local storage holds a few megabytes for the whole history. */
const longestStored = 20_000;

function isSame(one: unknown, other: unknown): boolean {
  return other !== undefined && JSON.stringify(one) === JSON.stringify(other);
}
