import { checkPattern } from "./check-pattern.ts";
import { isRecord, type JsonSchema, SchemaError } from "./json-schema.ts";
import { checkKeyword, plainKeywords } from "./keyword-values.ts";
import { modernForm } from "./modern-form.ts";
import { indexReferences, type References } from "./references.ts";
import { requireModest } from "./require-modest.ts";
import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "./subschemas.ts";

/**
 * A schema in the words of 2020-12 alone, which every validator can prepare. References lead to `#/$defs/NAME`, so the
 * definitions belong to the root of whatever document the schema becomes a part of.
 */
export interface HandleSchema {
  schema: JsonSchema;
  definitions: Readonly<Record<string, JsonSchema>>;
}

/** A schema that nobody can check values against: they go through. */
export interface UnusableSchema {
  /** What is wrong with it; the end of a sentence. */
  unusable: string;
}

export interface ReadOptions {
  /** Begins the names of its definitions, so that several schemas fit into one document. Default "". */
  prefix?: string;
  /** Keywords to keep that say nothing about what fits: `description`, `title`. Default none. */
  annotations?: readonly string[];
}

/** Reads the `json_schema` of a handle, of any dialect from draft 4 on. Never throws, and opens nothing outside of the schema. */
export function readSchema(jsonSchema: unknown, options: ReadOptions = {}): HandleSchema | UnusableSchema {
  try {
    requireModest(jsonSchema);
    return new SchemaReader(jsonSchema, options).read();
  } catch (error) {
    if (error instanceof SchemaError) return { unusable: error.message };
    throw error;
  }
}

class SchemaReader {
  readonly #document: unknown;
  readonly #references: References;
  readonly #prefix: string;
  readonly #kept: readonly string[];
  /** What references lead to, in the order in which they were met. */
  readonly #targets: unknown[] = [];
  /** The definitions that a definition applies to the same value, by their places. */
  readonly #sameValue: Set<number>[] = [];

  constructor(document: unknown, { prefix = "", annotations = [] }: ReadOptions) {
    this.#document = document;
    this.#references = indexReferences(document);
    this.#prefix = prefix;
    this.#kept = [...annotations, ...plainKeywords()];
  }

  read(): HandleSchema {
    const schema = this.#rules(this.#document, new Set());
    const definitions: Record<string, JsonSchema> = {};
    // Reading one may meet others.
    for (let place = 0; place < this.#targets.length; place += 1) {
      const applied = new Set<number>();
      this.#sameValue.push(applied);
      definitions[this.#nameOf(place)] = this.#rules(this.#targets[place], applied);
    }
    requireEnd(this.#sameValue);
    return { schema, definitions };
  }

  /** `applied` gathers the definitions that check the same value; none are gathered of a part of it. */
  #rules(schema: unknown, applied: Set<number> | undefined): JsonSchema {
    if (typeof schema === "boolean") return schema;
    if (!isRecord(schema)) throw new SchemaError("it holds something where a schema must be");
    checkDialect(schema.$schema);
    const modern = modernForm(schema);
    const rules: Record<string, unknown> = {};
    for (const keyword of this.#kept) {
      if (modern[keyword] === undefined || !isReadable(keyword, modern[keyword])) continue;
      checkKeyword(keyword, modern[keyword]);
      rules[keyword] = modern[keyword];
    }
    for (const keyword of schemaKeywords) {
      if (modern[keyword] === undefined) continue;
      rules[keyword] = this.#rules(modern[keyword], onSameValue.has(keyword) ? applied : undefined);
    }
    for (const keyword of schemaListKeywords) {
      const list = modern[keyword];
      if (list === undefined) continue;
      if (!Array.isArray(list) || list.length === 0)
        throw new SchemaError(`its "${keyword}" must be a list of schemas`);
      const inner = onSameValue.has(keyword) ? applied : undefined;
      rules[keyword] = list.map((one) => this.#rules(one, inner));
    }
    for (const keyword of schemaMapKeywords) {
      const map = modern[keyword];
      if (map === undefined) continue;
      if (!isRecord(map)) throw new SchemaError(`its "${keyword}" must be an object of schemas`);
      if (keyword === "patternProperties") Object.keys(map).forEach(checkPattern);
      const inner = onSameValue.has(keyword) ? applied : undefined;
      rules[keyword] = Object.fromEntries(
        Object.entries(map).map(([name, one]) => [name, this.#rules(one, inner)]),
      );
    }
    const reference = modern.$ref ?? modern.$dynamicRef ?? modern.$recursiveRef;
    if (reference !== undefined) rules.$ref = this.#refer(schema, reference, applied);
    return modern.nullable === true ? { anyOf: [rules, { type: "null" }] } : rules;
  }

  #refer(schema: object, reference: unknown, applied: Set<number> | undefined): string {
    if (typeof reference !== "string") throw new SchemaError('its "$ref" must be a text');
    const target = this.#references.resolve(schema, reference);
    const known = this.#targets.indexOf(target);
    const place = known < 0 ? this.#targets.push(target) - 1 : known;
    applied?.add(place);
    return `#/$defs/${this.#nameOf(place)}`;
  }

  #nameOf(place: number): string {
    return `${this.#prefix}${place + 1}`;
  }
}

/** What is for people only is taken over if it is text. */
function isReadable(keyword: string, value: unknown): boolean {
  return !["description", "format", "title"].includes(keyword) || typeof value === "string";
}

/** Keywords whose schemas look at the same value, not at a part of it. */
const onSameValue = new Set(["allOf", "anyOf", "dependentSchemas", "else", "if", "not", "oneOf", "then"]);

/** A definition that asks for itself about the same value would be asked without end. */
function requireEnd(sameValue: readonly ReadonlySet<number>[]): void {
  const ended = new Set<number>();
  const visit = (place: number, line: readonly number[]) => {
    if (line.includes(place)) throw new SchemaError("it refers to itself without end");
    if (ended.has(place)) return;
    for (const next of sameValue[place] ?? []) visit(next, [...line, place]);
    ended.add(place);
  };
  for (const place of sameValue.keys()) visit(place, []);
}

function checkDialect(dialect: unknown): void {
  if (dialect === undefined || (typeof dialect === "string" && dialects.test(dialect))) return;
  throw new SchemaError(`its dialect ${JSON.stringify(dialect)?.slice(0, 100)} is not known`);
}

const dialects =
  /^https?:\/\/json-schema\.org\/(?:schema|draft-0[4-7]\/schema|draft\/20(?:19-09|20-12)\/schema)#?$/;
