import type { MiddlewareHandler } from "hono";
import { Refusal } from "../refusal.ts";
import { type CallerEnv, hasRole, type Role } from "./callers.ts";
import type { TokenList } from "./token-list.ts";

/** Says who calls; refuses those whose `Authorization` is none of the tokens. */
export function identifyCaller(tokens: TokenList): MiddlewareHandler<CallerEnv> {
  return async (context, next) => {
    const given = context.req.header("Authorization");
    const caller = tokens.find(given ?? "");
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
