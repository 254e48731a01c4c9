import { ApiError, UnexpectedResponseError } from "../errors/index.ts";
import { redact } from "../errors/redact.ts";
import type { TransportResponse } from "../transport/transport.ts";
import { systemClock } from "../waiting/delay.ts";
import { readBeforeSilence } from "../waiting/read-before-silence.ts";
import { type DataOf, type Schema, validate } from "../wire/index.ts";
import { mayHoldInexactNumber } from "../wire/may-hold-inexact-number.ts";

export interface HttpAnswer<Data> {
  data: Data;
  header(name: string): string | undefined;
  /** `Retry-After`, in milliseconds. */
  retryAfterMs: number | undefined;
}

export interface AnswerExpectation<Checked extends Schema> {
  method: string;
  path: string;
  schema: Checked;
  /** Of another service than the one at `baseUrl`. */
  origin?: string;
}

/**
 * Reads an answer's body by the schema of its call.
 *
 * @throws {@link ApiError} if the server refuses, {@link UnexpectedResponseError} if the answer is not one of the Connect API.
 */
export async function decodeAnswer<Checked extends Schema>(
  { method, path, schema, origin }: AnswerExpectation<Checked>,
  response: TransportResponse,
  token: string | undefined,
  baseUrl = "",
): Promise<HttpAnswer<DataOf<Checked>>> {
  const isGood = response.status >= 200 && response.status <= 299;
  const text = isGood ? await response.text() : await readErrorBody(response);
  const json = parseJson(await exact(text));
  const retryAfterMs = parseRetryAfter(response.header("retry-after"));
  if (!isGood || isRefusal(json.value)) {
    throw new ApiError({
      status: response.status,
      method,
      path,
      serverMessage: redactIfAny(messageOf(json.value), token),
      body: json.isJson ? parseJson(redact(text, token)).value : redact(text.slice(0, 2_000), token),
      requestId: response.header("x-request-id"),
      retryAfterMs,
      hadToken: token !== undefined,
      isBareAddress: origin === undefined && /^\w+:\/\/[^/]+$/.test(baseUrl),
    });
  }
  const problem = (field: string, expected: string, seen: string) =>
    new UnexpectedResponseError({
      method,
      path,
      status: response.status,
      field,
      expected,
      seen: redact(seen, token),
    });
  if (!json.isJson) throw problem("", "JSON", shorten(text));
  const checked = validate(schema, json.value);
  if (checked.isValid) return { data: checked.data, header: (name) => response.header(name), retryAfterMs };
  const { path: place, expected } = checked;
  throw problem(
    place.map(String).join("."),
    expected,
    shorten(JSON.stringify(valueAt(json.value, place)) ?? "missing"),
  );
}

/** How long the body of a refusal may stay silent, and how much of it is read, in characters. */
const errorBody = { longestSilenceMs: 2_000, mostCharacters: 1_000_000 };

/** As much of a refusal's body as comes: the status is the answer, even if the rest breaks off. */
async function readErrorBody(response: TransportResponse): Promise<string> {
  const { longestSilenceMs } = errorBody;
  const limit = { clock: systemClock, longestSilenceMs, signal: undefined };
  const decoder = new TextDecoder();
  let text = "";
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    reader = response.stream().getReader();
    while (text.length < errorBody.mostCharacters) {
      const next = await readBeforeSilence(reader, limit);
      if (next === "silent" || next.done) break;
      text += decoder.decode(next.value, { stream: true });
    }
  } catch {
    // It broke off.
  }
  // The next attempt may need the connection.
  await reader?.cancel().catch(() => undefined);
  response.abort?.();
  return text + decoder.decode();
}

/** `Retry-After` in either form of RFC 9110, 10.2.3, as milliseconds from now; `undefined` if it has neither form. */
export function parseRetryAfter(value: string | undefined, nowMs: number = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value) * 1_000;
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

/** Numbers that a double cannot hold come as text (guide "Values"). The code for it is loaded when it is needed, if ever. */
async function exact(text: string): Promise<string> {
  if (!mayHoldInexactNumber(text)) return text;
  return (await import("../wire/exact-numbers.ts")).withExactNumbers(text);
}

function parseJson(text: string): { isJson: boolean; value: unknown } {
  try {
    return { isJson: true, value: JSON.parse(text) };
  } catch {
    return { isJson: false, value: undefined };
  }
}

function isRefusal(body: unknown): boolean {
  return fieldOf(body, "success") === false;
}

/** What a failed answer says (connect-api 5). */
function messageOf(body: unknown): string | undefined {
  const error = fieldOf(body, "error");
  const said = [error, fieldOf(error, "message"), fieldOf(body, "message")];
  return said.find((text): text is string => typeof text === "string" && text !== "");
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function redactIfAny(text: string | undefined, token: string | undefined): string | undefined {
  return text === undefined ? undefined : redact(text, token);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((inner, key) => Reflect.get(Object(inner), key), value);
}

function shorten(text: string): string {
  const flat = text.replace(/\s+/g, " ").trim();
  if (flat === "") return "empty";
  return flat.length > 80 ? `"${flat.slice(0, 80)}…"` : flat;
}
