import { type core, safeParse } from "zod/mini";

/** A schema of the wire. */
export type Schema = core.$ZodType;

/** The data that a schema accepts. */
export type DataOf<Checked extends Schema> = core.output<Checked>;

/** The outcome for a value: the value as the schema describes it, or the first thing that is wrong with it. */
export type Validation<Data> =
  | { isValid: true; data: Data }
  | { isValid: false; path: readonly PropertyKey[]; expected: string };

/** Checks a value by a schema. Never throws. */
export function validate<Checked extends Schema>(
  schema: Checked,
  value: unknown,
): Validation<DataOf<Checked>> {
  const parsed = safeParse(schema, value);
  if (parsed.success) return { isValid: true, data: parsed.data };
  const issue = parsed.error.issues[0];
  return { isValid: false, path: issue?.path ?? [], expected: expectation(issue) };
}

function expectation(issue: core.$ZodIssue | undefined): string {
  if (issue?.code === "invalid_type")
    return issue.expected === "array" ? "a list" : `of type ${issue.expected}`;
  return issue?.message ?? "what the Connect API describes";
}
