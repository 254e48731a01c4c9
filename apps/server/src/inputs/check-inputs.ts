import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { HandleManifest } from "../packages/manifest.ts";
import { Refusal } from "../refusal.ts";
import { messageOf, quoteList } from "../values.ts";
import type { InputTaker } from "./input-taker.ts";
import { linearPatterns } from "./linear-patterns.ts";
import { requireModest, type SchemaTraits } from "./modest-schema.ts";
import { isReference } from "./refuse-references.ts";
import { withinTime } from "./within-time.ts";

/**
 * Checks that each input is declared and fits its `json_schema`; throws a {@link Refusal} naming the handle, what fits,
 * and what came.
 */
export function checkInputs(taker: InputTaker, given: ReadonlyMap<string, unknown>): void {
  requireDeclared(taker, given);
  const deadlineMs = performance.now() + longestMs;
  for (const input of taker.inputs) {
    if (!given.has(input.handle)) continue;
    const value = given.get(input.handle);
    // A schema says nothing about what a reference stands for.
    if (!input.json_schema || (value === null && input.nullable) || isReference(value)) continue;
    const { validate, mayTakeLong } = validatorOf(taker, input, input.json_schema, deadlineMs);
    if (mayTakeLong ? isFitting(input, validate, value, deadlineMs) : validate(value)) continue;
    const where = `The input "${input.handle}" of ${taker.title}`;
    throw new Refusal(400, `${where} ${describe(validate.errors ?? [], value, isSecret(input))}.`);
  }
}

function requireDeclared({ title, inputs, takesOthers }: InputTaker, given: ReadonlyMap<string, unknown>) {
  const declared = inputs.map((input) => input.handle);
  const unknown = [...given.keys()].filter((handle) => !declared.includes(handle));
  if (unknown.length === 0 || takesOthers) return;
  const offered = declared.length === 0 ? "it takes none" : `it takes ${quoteList(declared)}`;
  throw new Refusal(400, `${title} has no input ${quoteList(unknown)}; ${offered}.`);
}

function isSecret(input: HandleManifest): boolean {
  return input.json_schema?.contentMediaType === "oomol/secret";
}

interface Validator extends SchemaTraits {
  validate: ValidateFunction;
}

/** For all inputs of a task together. */
const longestMs = 1_000;

/** Or why there is none. */
const validators = new WeakMap<object, Validator | Refusal>();

function validatorOf(
  { path }: InputTaker,
  input: HandleManifest,
  schema: Record<string, unknown>,
  deadlineMs: number,
): Validator {
  const isEarly = leftMs(deadlineMs) > longestMs / 2;
  const known = validators.get(schema) ?? prepare(path, input, schema, deadlineMs);
  // What others have left no time for may be done the next time.
  if (isEarly || !(known instanceof Refusal)) validators.set(schema, known);
  if (known instanceof Refusal) throw known;
  return known;
}

function prepare(
  path: string,
  input: HandleManifest,
  schema: Record<string, unknown>,
  deadlineMs: number,
): Validator | Refusal {
  // Schemas carry keywords for editors (`ui:…`), and formats that nobody registered.
  const ajv = new Ajv({
    strict: false,
    validateFormats: false,
    addUsedSchema: false,
    logger: false,
    code: { regExp: linearPatterns },
  });
  const { $schema: _dialect, ...rules } = schema;
  try {
    const traits = requireModest(rules);
    return { ...traits, validate: withinTime(() => ajv.compile(rules), leftMs(deadlineMs)) };
  } catch (error) {
    return new Refusal(
      400,
      `The json_schema of the input "${input.handle}" in ${path} cannot be used: ${messageOf(error)}.`,
    );
  }
}

function isFitting(
  { handle }: HandleManifest,
  validate: ValidateFunction,
  value: unknown,
  deadlineMs: number,
): boolean {
  try {
    return withinTime(() => validate(value), leftMs(deadlineMs)) === true;
  } catch (error) {
    throw new Refusal(
      400,
      `The input "${handle}" cannot be checked against its json_schema: ${messageOf(error)}.`,
    );
  }
}

/** Some, however late it is: it is for a first time, or the second of a caller who was refused. */
function leftMs(deadlineMs: number): number {
  return Math.max(50, Math.ceil(deadlineMs - performance.now()));
}

function describe(errors: readonly ErrorObject[], value: unknown, isHidden: boolean): string {
  // The last error is the outermost one, of `anyOf` for instance.
  const error = errors.at(-1);
  if (!error) return "does not fit its json_schema";
  const place = error.instancePath === "" ? "" : ` at ${error.instancePath}`;
  const seen = isHidden ? typeName(value) : show(resolvePointer(value, error.instancePath));
  return `${expectation(error)}${place}, but ${seen} was given`;
}

function expectation({ keyword, params, message }: ErrorObject): string {
  if (keyword === "type") return `must be of type ${[params.type].flat().join(" or ")}`;
  if (keyword === "enum") return `must be one of ${listValues(params.allowedValues)}`;
  if (keyword === "const") return `must be ${JSON.stringify(params.allowedValue)}`;
  if (keyword === "additionalProperties") return `must not have the property "${params.additionalProperty}"`;
  return message ?? "must fit its json_schema";
}

/** The first ten, and how many more there are. */
function listValues(values: readonly unknown[]): string {
  if (values.length <= maxListed) return JSON.stringify(values);
  const listed = values.slice(0, maxListed).map((value) => JSON.stringify(value));
  return `${listed.join(", ")} and ${values.length - maxListed} more`;
}

const maxListed = 10;

function resolvePointer(value: unknown, pointer: string): unknown {
  const keys = pointer.split("/").slice(1);
  return keys.reduce<unknown>((inner, key) => {
    const name = key.replaceAll("~1", "/").replaceAll("~0", "~");
    // Lists are indexed by the same text that properties are named by.
    return typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[name] : undefined;
  }, value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return `${typeName(value)}${value === null ? "" : ` ${text.length > 60 ? `${text.slice(0, 57)}…` : text}`}`;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
