import { getConnInfo } from "@hono/node-server/conninfo";
import type { MiddlewareHandler } from "hono";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Refusal } from "../refusal.ts";
import type { CallerEnv } from "./callers.ts";
import type { TokenList } from "./token-list.ts";

/** Lets each caller make so many requests a minute. A caller is a token, or an address if there are no tokens. */
export function limitRate(
  requestsPerMinute: number | undefined,
  tokens: Pick<TokenList, "isEmpty">,
): MiddlewareHandler<CallerEnv> {
  if (requestsPerMinute === undefined) return (_context, next) => next();
  const limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: 60 });
  return async (context, next) => {
    const caller = tokens.isEmpty ? getConnInfo(context).remote.address : context.var.caller.id;
    try {
      await limiter.consume(caller ?? "");
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const seconds = Math.ceil(error.msBeforeNext / 1_000);
      context.header("Retry-After", String(seconds));
      throw new Refusal(
        429,
        `More than ${requestsPerMinute} requests in a minute; the next is answered in ${seconds} seconds.`,
      );
    }
    await next();
  };
}
