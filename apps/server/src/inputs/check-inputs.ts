import type { ErrorObject } from "ajv";
import type { HandleManifest } from "../packages/manifest.ts";
import { Refusal } from "../refusal.ts";
import { isRecord, messageOf, quoteList } from "../values.ts";
import type { InputTaker } from "./input-taker.ts";
import { isReference } from "./refuse-references.ts";
import { type Validator, validatorOf } from "./validators.ts";
import { withinTime } from "./within-time.ts";

/**
 * Checks that each input is declared and fits its `json_schema`; throws a {@link Refusal} naming the handle, what fits,
 * and what came. If a schema cannot be used, which the catalog has warned of, its values go through.
 */
export function checkInputs(taker: InputTaker, given: ReadonlyMap<string, unknown>): void {
  requireDeclared(taker, given);
  const deadlineMs = performance.now() + longestMs;
  for (const input of taker.inputs) {
    if (!given.has(input.handle)) continue;
    const value = given.get(input.handle);
    // A schema says nothing about what a reference stands for.
    if (input.json_schema == null || (value === null && input.nullable) || isReference(value)) continue;
    const validator = validatorOf(input.json_schema, leftMs(deadlineMs));
    if (!validator || isFitting(input, validator, value, deadlineMs)) continue;
    const where = `The input "${input.handle}" of ${taker.title}`;
    throw new Refusal(400, `${where} ${describe(validator.validate.errors ?? [], value, isSecret(input))}.`);
  }
}

function requireDeclared({ title, inputs, takesOthers }: InputTaker, given: ReadonlyMap<string, unknown>) {
  const declared = inputs.map((input) => input.handle);
  const unknown = [...given.keys()].filter((handle) => !declared.includes(handle));
  if (unknown.length === 0 || takesOthers) return;
  const offered = declared.length === 0 ? "it takes none" : `it takes ${quoteList(declared)}`;
  throw new Refusal(400, `${title} has no input ${quoteList(unknown)}; ${offered}.`);
}

function isSecret({ json_schema }: HandleManifest): boolean {
  return isRecord(json_schema) && json_schema.contentMediaType === "oomol/secret";
}

/** For all inputs of a task together. */
const longestMs = 1_000;

function isFitting(
  { handle }: HandleManifest,
  { validate, mayTakeLong }: Validator,
  value: unknown,
  deadlineMs: number,
): boolean {
  if (!mayTakeLong) return validate(value);
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
