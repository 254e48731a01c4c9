import { redact } from "@oomol/connect-core/adapter";
import { errorAnswerSchema, validate } from "@oomol/connect-core/wire";
import type { OperationName } from "./operation.ts";
import { readJson } from "./read-body.ts";
import { Refusal } from "./refusal.ts";

/** A server's refusal is one sentence; anything longer is a page or a dump. */
const longestRefusalBytes = 64 * 2 ** 10;

/**
 * The caller's answer if the server did not give what was asked for: the reason of a refusal, and for a failure only its
 * status. `undefined` for an answer that may be passed on.
 */
export async function refuseUpstream(
  response: Response,
  name: OperationName,
  token: string | undefined,
): Promise<Refusal | undefined> {
  const { status } = response;
  if (response.ok) return undefined;
  if (name === "tasks.getFile" && (status === 304 || status === 416)) return undefined;
  if (status >= 400 && status < 500 && status !== 401 && status !== 403) {
    const said = await sentenceOf(response, token);
    return new Refusal(status, said ?? `The Connect server refused this (${status}).`, retryAfter(response));
  }
  await response.body?.cancel().catch(() => undefined);
  // A filtered redirect has no status.
  if (status < 400) return new Refusal(502, "The Connect server redirects, which the proxy does not follow.");
  if (status < 500) return new Refusal(502, `The Connect server refused the proxy (${status}).`);
  const told = status >= 502 && status <= 504 ? status : 502;
  return new Refusal(told, `The Connect server failed (${status}).`, retryAfter(response));
}

/** The reason in an answer of the API, in a few words and without the token. */
export function reasonOf(body: unknown, token: string | undefined): string | undefined {
  const checked = validate(errorAnswerSchema, body);
  if (!checked.isValid) return undefined;
  const { message, error } = checked.data;
  const nested = typeof error === "object" && error !== null ? Reflect.get(error, "message") : undefined;
  const said = [error, nested, message].find((text) => typeof text === "string" && text !== "");
  return typeof said === "string" ? redact(said, token).slice(0, 1_000) : undefined;
}

async function sentenceOf(response: Response, token: string | undefined): Promise<string | undefined> {
  try {
    return reasonOf(await readJson(response.body, longestRefusalBytes), token);
  } catch {
    // A gateway's page, or something too long.
    return undefined;
  }
}

function retryAfter(response: Response): { headers?: Record<string, string> } {
  const value = response.headers.get("retry-after");
  return value === null ? {} : { headers: { "retry-after": value } };
}
