import { type core, safeParse } from "zod/mini";

/** A schema of the wire, and the public type of what it lets through. */
export type Schema<Data> = core.$ZodType & { data?: Data };

/** What a schema says of a value: the value as the public type, or the first thing that is wrong with it. */
export type Validation<Data> =
  | { isValid: true; data: Data }
  | { isValid: false; path: readonly PropertyKey[]; expected: string };

/** Holds a value against a schema. Never throws. */
export function validate<Data>(schema: Schema<Data>, value: unknown): Validation<Data> {
  const parsed = safeParse(schema, value);
  // The schema asks for what the public type promises.
  if (parsed.success) return { isValid: true, data: parsed.data as Data };
  const issue = parsed.error.issues[0];
  return { isValid: false, path: issue?.path ?? [], expected: expectation(issue) };
}

function expectation(issue: core.$ZodIssue | undefined): string {
  if (issue?.code === "invalid_type")
    return issue.expected === "array" ? "a list" : `of type ${issue.expected}`;
  return issue?.message ?? "what the Connect API describes";
}
