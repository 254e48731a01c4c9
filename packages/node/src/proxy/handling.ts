import type { ProxyOperation } from "./operation.ts";
import type { ResolvedProxyOptions } from "./options.ts";
import { answerHeaders, requireType } from "./pass-answer.ts";
import { readJson } from "./read-body.ts";
import { errorBody, jsonAnswer, Refusal } from "./refusal.ts";
import { reasonOf } from "./refuse-upstream.ts";
import type { Route } from "./routes.ts";
import type { UpstreamCall } from "./upstream.ts";

/** One request in progress: what it asks for, and how it goes on. */
export interface Handling {
  request: Request;
  route: Route;
  options: ResolvedProxyOptions;
  /** The request to the server, without a body. */
  call: UpstreamCall;
  /** @throws {Refusal} if the app does not allow it. */
  authorize(operation: ProxyOperation): Promise<void>;
}

/** An answer of the server that is kept in memory to be read. */
const longestAnswerBytes = 32 * 2 ** 20;

/** Reads the server's JSON, passes it to `change`, and writes it anew; a failure's reason is passed on in a few words only. */
export async function passJson(
  { options }: Handling,
  response: Response,
  change: (body: unknown) => unknown = (body) => body,
): Promise<Response> {
  requireType(response, "application/json");
  const body = await readJson(response.body, longestAnswerBytes).catch((cause: unknown) => {
    throw new Refusal(502, "The Connect server's answer is not JSON, or too long.", { cause });
  });
  const isRefused = typeof body === "object" && body !== null && Reflect.get(body, "success") === false;
  if (!isRefused) return jsonAnswer(await change(body), { headers: answerHeaders(response) });
  const message = reasonOf(body, await options.apiToken()) ?? "The Connect server refused this.";
  return jsonAnswer(errorBody(message), { headers: answerHeaders(response) });
}
