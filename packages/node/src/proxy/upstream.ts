import { refusesRedirects, SilenceTimer } from "@oomol/connect-core/adapter";
import type { OperationName } from "./operation.ts";
import type { ResolvedProxyOptions } from "./options.ts";
import { Refusal } from "./refusal.ts";
import { refuseUpstream } from "./refuse-upstream.ts";

export interface UpstreamCall {
  name: OperationName;
  method: "GET" | "HEAD" | "POST" | "PATCH" | "DELETE";
  /** The whole address. */
  url: string;
  headers: Record<string, string>;
  body?: string | ReadableStream<Uint8Array>;
  /** How long the server may hold its answer, in addition to the timeout. */
  holdMs?: number;
}

/**
 * Calls the server with the token and without following redirects; if the caller aborts, so does this call. The
 * timeout covers `read`, and starts anew whenever `timer` is reset.
 *
 * @throws {Refusal} if the server refuses, fails, cannot be reached or stays silent; no message tells its address.
 */
export async function callUpstream(
  options: ResolvedProxyOptions,
  request: Request,
  call: UpstreamCall,
  read: (response: Response) => Response | Promise<Response>,
  timer = new SilenceTimer(),
): Promise<Response> {
  const token = await tokenOf(options);
  const timeoutMs = options.timeoutMs + (call.holdMs ?? 0);
  timer.start(timeoutMs);
  try {
    const asking = options.fetch(call.url, {
      method: call.method,
      headers: { ...call.headers, ...(token ? { authorization: token } : {}) },
      signal: AbortSignal.any([request.signal, timer.signal]),
      cache: "no-store",
      // Node.js keeps a copy of every streamed body for a possible redirect.
      redirect: typeof call.body === "object" && refusesRedirects() ? "error" : "manual",
      // Required with a stream; missing in some runtimes' types.
      ...(call.body === undefined ? {} : ({ body: call.body, duplex: "half" } as object)),
    });
    const response = await asking.catch((cause: unknown) => {
      throw new Refusal(502, "The Connect server could not be reached.", { cause });
    });
    const refusal = await refuseUpstream(response, call.name, token);
    if (refusal) throw refusal;
    return await read(response);
  } catch (failure) {
    if (request.signal.aborted) throw new Refusal(499, "The caller has gone.");
    if (timer.signal.aborted)
      throw new Refusal(504, "The Connect server did not answer in time.", { cause: failure });
    throw failure;
  } finally {
    timer.stop();
  }
}

async function tokenOf({ apiToken }: ResolvedProxyOptions): Promise<string | undefined> {
  let token: string | undefined;
  try {
    token = await apiToken();
  } catch (cause) {
    throw new Refusal(500, "The proxy could not get its token.", { cause });
  }
  // The runtime's own error would show the value.
  if (token !== undefined && !/^[\x20-\x7e]*$/.test(token)) {
    throw new Refusal(500, "The proxy's token holds a character that no HTTP header can carry.");
  }
  return token;
}
