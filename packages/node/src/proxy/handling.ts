import type { ProxyOperation } from "./operation.ts";
import type { ResolvedProxyOptions } from "./options.ts";
import { answerHeaders, requireType } from "./pass-answer.ts";
import { readJson } from "./read-body.ts";
import { errorBody, jsonAnswer, Refusal } from "./refusal.ts";
import { reasonOf } from "./refuse-upstream.ts";
import type { Route } from "./routes.ts";
import type { UpstreamCall } from "./upstream.ts";

/** One request on its way: what it asks, and how it goes on. */
export interface Handling {
  request: Request;
  route: Route;
  options: ResolvedProxyOptions;
  /** What the server is asked, but for a body. */
  call: UpstreamCall;
  /** @throws {Refusal} where the app does not allow it. */
  authorize(operation: ProxyOperation): Promise<void>;
}

/** An answer of the server that is kept in memory to be looked at. */
const longestAnswerBytes = 32 * 2 ** 20;

/** Reads the server's JSON, lets `change` look at it, and writes it anew; what it says of a failure only in a few words. */
export async function passJson(
  { options }: Handling,
  response: Response,
  change: (body: unknown) => unknown = (body) => body,
): Promise<Response> {
  requireType(response, "application/json");
  const body = await readJson(response.body, longestAnswerBytes).catch((cause: unknown) => {
    throw new Refusal(502, "The Connect server's answer is no JSON, or too long.", { cause });
  });
  const isRefused = typeof body === "object" && body !== null && Reflect.get(body, "success") === false;
  if (!isRefused) return jsonAnswer(await change(body), { headers: answerHeaders(response) });
  const message = reasonOf(body, await options.apiToken()) ?? "The Connect server refused this.";
  return jsonAnswer(errorBody(message), { headers: answerHeaders(response) });
}
