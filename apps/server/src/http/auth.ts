import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { Refusal } from "../refusal.ts";

/** Refuses callers whose `Authorization` is not exactly one of the tokens. Without tokens everyone may call. */
export function requireToken(tokens: readonly string[]): MiddlewareHandler {
  const digests = tokens.map(digest);
  return async (context, next) => {
    const given = context.req.header("Authorization");
    if (digests.length > 0 && !isKnown(digests, given ?? "")) {
      const why =
        given === undefined ? "needs a token in Authorization" : "does not know the token in Authorization";
      throw new Refusal(401, `This server ${why}.`);
    }
    await next();
  };
}

/** Tells one caller from another, in the store and among processes, without what it calls with. */
export function callerOf(authorization: string | null): string {
  return authorization === null ? "" : digest(authorization).toString("hex").slice(0, 32);
}

/** Equal time for every token, right or wrong, first or last. */
function isKnown(digests: readonly Buffer[], given: string): boolean {
  const wanted = digest(given);
  return digests.reduce((found, known) => timingSafeEqual(known, wanted) || found, false);
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
