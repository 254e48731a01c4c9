/**
 * Checks a value: gives the value as the schema describes it, or a {@link Mismatch}. Never throws and never changes the value;
 * one that is as described is given as it is.
 */
export type Schema<Data = unknown> = (value: unknown) => Data | Mismatch;

/** The data that a schema accepts. */
export type DataOf<Checked extends Schema> = Checked extends Schema<infer Data> ? Data : never;

/** The first thing that is wrong with a value. */
export class Mismatch {
  /** The keys and positions on the way to it; empty for the value itself. */
  readonly path: readonly PropertyKey[];
  /** What should be there, in words: `of type string`, for instance. */
  readonly expected: string;

  constructor(expected: string, path: readonly PropertyKey[] = []) {
    this.expected = expected;
    this.path = path;
  }
}

/** The outcome for a value: the value as the schema describes it, or the first thing that is wrong with it. */
export type Validation<Data> =
  | { isValid: true; data: Data }
  | { isValid: false; path: readonly PropertyKey[]; expected: string };

/** Checks a value by a schema. Never throws, and never changes the value. */
export function validate<Checked extends Schema>(
  schema: Checked,
  value: unknown,
): Validation<DataOf<Checked>> {
  const checked = schema(value);
  if (checked instanceof Mismatch) return { isValid: false, path: checked.path, expected: checked.expected };
  // What a schema gives without a mismatch is its data.
  return { isValid: true, data: checked as DataOf<Checked> };
}

type Fields = Readonly<Record<string, Schema>>;

/** What an object holds: fields that must be right, others that may, and any more. */
export type LooseObject<Required extends Fields, Optional extends Fields> = {
  [Name in keyof Required]: DataOf<Required[Name]>;
} & { [Name in keyof Optional]?: DataOf<Optional[Name]> | undefined } & { [field: string]: unknown };

/**
 * An object with these fields. An optional field that holds something else counts as missing; fields without a schema are kept
 * as they are.
 */
// biome-ignore lint/complexity/noBannedTypes: without optional fields there are none to name
export function object<Required extends Fields, Optional extends Fields = {}>(
  required: Required,
  optional?: Optional,
): Schema<LooseObject<Required, Optional>> {
  const fields = [
    ...Object.entries(required).map(([name, schema]) => ({ name, schema, isRequired: true })),
    ...Object.entries(optional ?? {}).map(([name, schema]) => ({ name, schema, isRequired: false })),
  ];
  return (value) => {
    if (!isRecord(value)) return new Mismatch("of type object");
    let data = value;
    for (const { name, schema, isRequired } of fields) {
      const given = value[name];
      if (given === undefined && !isRequired) continue;
      let checked = schema(given);
      if (checked instanceof Mismatch) {
        if (isRequired) return new Mismatch(checked.expected, [name, ...checked.path]);
        checked = undefined;
      }
      if (checked === given) continue;
      if (data === value) data = { ...value };
      data[name] = checked;
    }
    // Each field has been checked.
    return data as LooseObject<Required, Optional>;
  };
}

/** A list with nothing but such items. */
export function list<Item>(item: Schema<Item>): Schema<Item[]> {
  return (value) => {
    if (!Array.isArray(value)) return new Mismatch("a list");
    const items: Item[] = [];
    for (const [index, entry] of value.entries()) {
      const checked = item(entry);
      if (checked instanceof Mismatch) return new Mismatch(checked.expected, [index, ...checked.path]);
      items.push(checked);
    }
    return items;
  };
}

/** A list without the items that are not as described. */
export function listOfGood<Item>(item: Schema<Item>): Schema<Item[]> {
  return (value) =>
    Array.isArray(value)
      ? value.map(item).filter((checked): checked is Item => !(checked instanceof Mismatch))
      : new Mismatch("a list");
}

/** Nothing, or such a value. */
export function orMissing<Data>(schema: Schema<Data>): Schema<Data | undefined> {
  return (value) => (value === undefined ? undefined : schema(value));
}

/** A value that a predicate recognizes. */
export function that<Data>(expected: string, isRight: (value: unknown) => value is Data): Schema<Data> {
  return (value) => (isRight(value) ? value : new Mismatch(expected));
}

/** Any value, or none. */
export const anything: Schema = (value) => value;
export const text = that("of type string", (value) => typeof value === "string");
export const number = that("of type number", (value) => typeof value === "number");
export const flag = that("of type boolean", (value) => typeof value === "boolean");
export const record = that("of type object", isRecord);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
