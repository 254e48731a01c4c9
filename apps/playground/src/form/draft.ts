import type { Field } from "./field.ts";
import { isRecord, ownOf } from "./nested-schema.ts";

/** What stands in a field, before anybody knows whether it fits. */
export type Draft = string | boolean | readonly File[] | GroupDraft | ListDraft;
export type Drafts = Readonly<Record<string, Draft>>;

/** What stands in the fields of an object, by name. */
export interface GroupDraft {
  readonly group: Drafts;
}

/** What stands in the items of an array. */
export interface ListDraft {
  readonly items: readonly ListItem[];
  /** The key of the next item: never one that was there before. */
  readonly nextKey: number;
}

export interface ListItem {
  readonly key: number;
  readonly draft: Draft;
}

/** What may be stored: the same without files. */
export type StorableDrafts = Record<string, Exclude<Draft, readonly File[]>>;

/** What a field holds before anything is typed. */
export function initialDraft(field: Field): Draft {
  return draftOf(field, field.defaultValue);
}

function draftOf(field: Field, value: unknown): Draft {
  const { kind, choices, children, item } = field;
  if (kind === "file" || kind === "files") return [];
  if (kind === "switch") return value === true;
  if (kind === "group") return { group: groupOf(children, value) };
  if (kind === "list" && item) return listOf(startOf(field, value).map((one) => draftOf(item, one)));
  if (kind === "choice") {
    const position = choices.findIndex((choice) => isSame(choice.value, value));
    return position < 0 ? "" : String(position);
  }
  if (value === undefined || value === null) return "";
  if (kind === "json") return JSON.stringify(value, null, 2);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function groupOf(children: readonly Field[], value: unknown): Drafts {
  const entries = children.map((child) => {
    return [child.handle, isRecord(value) ? draftOf(child, ownOf(value, child.handle)) : initialDraft(child)];
  });
  return Object.fromEntries(entries);
}

/** A list that must have items begins with as many, empty ones. */
function startOf({ isOptional, schema, item }: Field, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const { minItems } = schema;
  const length = !isOptional && typeof minItems === "number" ? Math.min(minItems, mostAtStart) : 0;
  return Array.from({ length }, () => item?.defaultValue);
}

const mostAtStart = 10;

function listOf(drafts: readonly Draft[]): ListDraft {
  return { items: drafts.map((draft, key) => ({ key, draft })), nextKey: drafts.length };
}

/** Drafts for a whole form; those given win if they still fit the field. */
export function initialDrafts(fields: readonly Field[], given: Drafts = {}): Drafts {
  return Object.fromEntries(
    fields.map((field) => [field.handle, restored(field, ownOf(given, field.handle))]),
  );
}

/** What was stored may be of an older version of the block. */
function restored(field: Field, given: Draft | undefined): Draft {
  const initial = initialDraft(field);
  if (isGroup(initial)) {
    return isGroup(given) ? { group: initialDrafts(field.children, given.group) } : initial;
  }
  const { item } = field;
  if (isList(initial) && item) {
    return isList(given) ? listOf(given.items.map(({ draft }) => restored(item, draft))) : initial;
  }
  const isAlike = typeof given === typeof initial && Array.isArray(given) === Array.isArray(initial);
  return isAlike && given !== undefined ? given : initial;
}

/** The drafts that may be stored: no files, no secrets. */
export function storableDrafts(fields: readonly Field[], drafts: Drafts): StorableDrafts {
  const storable = new Map<string, StorableDrafts[string]>();
  for (const field of fields) {
    const draft = storableDraft(field, ownOf(drafts, field.handle));
    if (draft !== undefined) storable.set(field.handle, draft);
  }
  return Object.fromEntries(storable);
}

/** What the form of a task had in it, as far as its inputs tell: no files, no secrets, nothing long. */
export function draftsOfInputs(
  fields: readonly Field[],
  inputs: Readonly<Record<string, unknown>>,
): StorableDrafts {
  const drafts = fields.flatMap((field): [string, Draft][] => {
    const value = Object.hasOwn(inputs, field.handle) ? inputs[field.handle] : field.defaultValue;
    // Before it is written for people, which makes deep values many times as long.
    return isLong(value) ? [] : [[field.handle, draftOf(field, value)]];
  });
  return storableDrafts(fields, Object.fromEntries(drafts));
}

const isLong = (value: unknown) => (JSON.stringify(value) ?? "").length > longestStored;

function storableDraft(field: Field, draft: Draft | undefined): StorableDrafts[string] | undefined {
  const { kind, children, item } = field;
  if (kind === "secret") return undefined;
  if (isGroup(draft)) return { group: storableDrafts(children, draft.group) };
  if (isList(draft) && item) {
    // An item that may not be stored leaves its place empty.
    const items = draft.items.map(({ key, draft }) => ({ key, draft: storableDraft(item, draft) ?? "" }));
    return { ...draft, items };
  }
  const isShort = typeof draft === "string" && draft.length <= longestStored;
  return typeof draft === "boolean" || isShort ? draft : undefined;
}

/** Local storage holds a few megabytes for the whole history. */
const longestStored = 20_000;

export function isGroup(draft: Draft | undefined): draft is GroupDraft {
  return isRecord(draft) && isRecord(draft.group);
}

export function isList(draft: Draft | undefined): draft is ListDraft {
  return isRecord(draft) && Array.isArray(draft.items);
}

export function isFiles(draft: Draft | undefined): draft is readonly File[] {
  return Array.isArray(draft);
}

/** Whether nothing has been said: no text, no file, no switch turned on, however deep. */
export function isBlank(draft: Draft | undefined): boolean {
  if (isGroup(draft)) return Object.values(draft.group).every(isBlank);
  if (isList(draft)) return draft.items.length === 0;
  if (typeof draft === "string") return draft.trim() === "";
  return draft === undefined || draft === false || (isFiles(draft) && draft.length === 0);
}

function isSame(one: unknown, other: unknown): boolean {
  return other !== undefined && JSON.stringify(one) === JSON.stringify(other);
}
