import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { HandleSchemas } from "./handle-schemas.ts";
import { type HandleProblem, HandleValueError } from "./handle-value-error.ts";

export interface CheckHandlesOptions {
  kind: "input" | "output";
  schemas: HandleSchemas;
  values: Record<string, unknown>;
  /** Whether handles that are absent are checked too, as undefined. Default false. */
  isComplete?: boolean;
}

/**
 * The values after their schemas; values without a schema pass unchanged.
 *
 * @throws {@link HandleValueError} naming every handle whose value does not match.
 */
export async function checkHandles(options: CheckHandlesOptions): Promise<Record<string, unknown>> {
  const { kind, schemas, values, isComplete = false } = options;
  const handles = new Set([...Object.keys(values), ...(isComplete ? Object.keys(schemas) : [])]);
  const problems: HandleProblem[] = [];
  const entries: [string, unknown][] = [];
  for (const handle of handles) {
    const value = Object.hasOwn(values, handle) ? values[handle] : undefined;
    const schema = Object.hasOwn(schemas, handle) ? schemas[handle] : undefined;
    const result = schema === undefined ? { value } : await validateInput(schema, value);
    if (result.issues === undefined) entries.push([handle, result.value]);
    else problems.push({ handle, value, issues: result.issues });
  }
  if (problems.length > 0) throw new HandleValueError(kind, problems);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The engine knows no undefined: an optional input without a value arrives as null (oocana-protocol 2.2). */
async function validateInput(
  schema: StandardSchemaV1,
  value: unknown,
): Promise<StandardSchemaV1.Result<unknown>> {
  const { validate } = schema["~standard"];
  const result = await validate(value);
  if (result.issues === undefined || value !== null) return result;
  const withoutNull = await validate(undefined);
  return withoutNull.issues === undefined ? withoutNull : result;
}
