import { type core, safeParse } from "zod/mini";
import { ApiError, UnexpectedResponseError } from "./errors/index.ts";
import { redact } from "./redact.ts";
import type { TransportResponse } from "./transport.ts";
import { errorAnswerSchema } from "./wire/index.ts";

/** A schema of the wire, and the public type of what it lets through. */
export type Schema<Data> = core.$ZodType & { data?: Data };

export interface HttpAnswer<Data> {
  data: Data;
  header(name: string): string | undefined;
  /** What the server asked for in `Retry-After`, in milliseconds. */
  retryAfterMs: number | undefined;
}

export interface AnswerExpectation<Data> {
  method: string;
  path: string;
  schema: Schema<Data>;
}

/**
 * Reads an answer's body by the schema of its call.
 *
 * @throws {ApiError} where the server refuses, {UnexpectedResponseError} where it does not speak the Connect API.
 */
export async function decodeAnswer<Data>(
  { method, path, schema }: AnswerExpectation<Data>,
  response: TransportResponse,
  token: string | undefined,
): Promise<HttpAnswer<Data>> {
  const text = await response.text();
  const json = parseJson(text);
  const retryAfterMs = parseRetryAfter(response.header("retry-after"));
  if (response.status < 200 || response.status > 299 || isRefusal(json.value)) {
    throw new ApiError({
      status: response.status,
      method,
      path,
      serverMessage: redactIfAny(messageOf(json.value), token),
      body: json.isJson ? parseJson(redact(text, token)).value : redact(text.slice(0, 2_000), token),
      requestId: response.header("x-request-id"),
      retryAfterMs,
    });
  }
  const problem = (field: string, expected: string, seen: string, cause?: unknown) =>
    new UnexpectedResponseError({
      method,
      path,
      status: response.status,
      field,
      expected,
      seen: redact(seen, token),
      cause,
    });
  if (!json.isJson) throw problem("", "JSON", shorten(text));
  const parsed = safeParse(schema, json.value);
  if (parsed.success) {
    // The schema asks for what the public type promises.
    return { data: parsed.data as Data, header: (name) => response.header(name), retryAfterMs };
  }
  const issue = parsed.error.issues[0];
  const field = issue?.path.map(String).join(".") ?? "";
  throw problem(
    field,
    expectation(issue),
    shorten(JSON.stringify(valueAt(json.value, issue?.path ?? [])) ?? "missing"),
  );
}

/** `Retry-After` in either form of RFC 9110, 10.2.3, as milliseconds from now; `undefined` where it is neither. */
export function parseRetryAfter(value: string | undefined, nowMs: number = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value) * 1_000;
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

function parseJson(text: string): { isJson: boolean; value: unknown } {
  try {
    return { isJson: true, value: JSON.parse(text) };
  } catch {
    return { isJson: false, value: undefined };
  }
}

function isRefusal(body: unknown): boolean {
  const parsed = safeParse(errorAnswerSchema, body);
  return parsed.success && parsed.data.success === false;
}

function messageOf(body: unknown): string | undefined {
  const parsed = safeParse(errorAnswerSchema, body);
  if (!parsed.success) return undefined;
  const { message, error } = parsed.data;
  const nested = typeof error === "object" && error !== null ? Reflect.get(error, "message") : undefined;
  return [error, nested, message].find((text) => typeof text === "string" && text !== "") as
    | string
    | undefined;
}

function redactIfAny(text: string | undefined, token: string | undefined): string | undefined {
  return text === undefined ? undefined : redact(text, token);
}

function expectation(issue: core.$ZodIssue | undefined): string {
  if (issue?.code === "invalid_type")
    return issue.expected === "array" ? "a list" : `of type ${issue.expected}`;
  return issue?.message ?? "what the Connect API describes";
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== "object" || inner === null) return undefined;
    inner = Reflect.get(inner, key);
  }
  return inner;
}

function shorten(text: string): string {
  const flat = text.replace(/\s+/g, " ").trim();
  if (flat === "") return "empty";
  return flat.length > 80 ? `"${flat.slice(0, 80)}…"` : flat;
}
