import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { Refusal } from "../refusal.ts";
import { type Caller, type CallerEnv, hasRole, type NamedToken, type Role } from "./callers.ts";

/** A token that the server knows. One without a name is a caller of its own, who may do everything. */
export type KnownToken = string | NamedToken;

/**
 * Says who calls; refuses those whose `Authorization` is none of the tokens, as it is or behind `Bearer ` (RFC 6750). Without
 * tokens everyone may call, and do everything.
 */
export function identifyCaller(tokens: readonly KnownToken[]): MiddlewareHandler<CallerEnv> {
  const callers = tokens.map(callerWith);
  const digests = tokens.map((token) => digest(textOf(token)));
  const findCaller = (given: string) => {
    // Both in any case: how long it takes tells nobody which it was.
    const exact = findToken(digests, given);
    const bearer = findToken(digests, given.replace(bearerPrefix, ""));
    return exact >= 0 ? exact : bearer;
  };
  return async (context, next) => {
    const given = context.req.header("Authorization");
    const caller = digests.length === 0 ? callerWith(given ?? "") : callers[findCaller(given ?? "")];
    if (!caller) {
      const why =
        given === undefined ? "needs a token in Authorization" : "does not know the token in Authorization";
      throw new Refusal(401, `This server ${why}.`);
    }
    context.set("caller", caller);
    await next();
  };
}

/** Refuses callers without a role; `action` says what they may not do. */
export function requireRole(role: Role, action: string): MiddlewareHandler<CallerEnv> {
  return async (context, next) => {
    const { caller } = context.var;
    if (!hasRole(caller, role)) {
      const has = caller.roles.length === 0 ? "it has none" : `it has ${caller.roles.join(" and ")}`;
      throw new Refusal(
        403,
        `The token of "${caller.name}" may not ${action}: that needs the role ${role}, and ${has}.`,
      );
    }
    await next();
  };
}

/** No digest holds a colon, so nobody's name is somebody's token. */
function callerWith(token: KnownToken): Caller {
  if (typeof token !== "string") return { id: `name:${token.name}`, name: token.name, roles: token.roles };
  const id = token === "" ? "" : digest(token).toString("hex").slice(0, 32);
  return { id, name: undefined, roles: ["admin"] };
}

const bearerPrefix = /^bearer +/i;

/** Equal time for every token, right or wrong, first or last. */
function findToken(digests: readonly Buffer[], given: string): number {
  const wanted = digest(given);
  return digests.reduce((found, known, index) => (timingSafeEqual(known, wanted) ? index : found), -1);
}

const textOf = (token: KnownToken) => (typeof token === "string" ? token : token.token);

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
