import type { MiddlewareHandler } from "hono";
import { Refusal } from "../refusal.ts";
import { isLoopback } from "./is-loopback.ts";

/**
 * Keeps foreign web pages out. A browser sends `Origin` with what a page asks for, and a page that rebinds its own name
 * to this machine still sends that name as `Host`.
 */
export function guardOrigin(listeningHost: string, allowedOrigins: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header("Host") ?? "";
    if (isLoopback(listeningHost) && !isLoopback(hostname(host))) {
      throw new Refusal(
        403,
        `This server listens on ${listeningHost} and does not answer to the name "${host}".`,
      );
    }
    const origin = context.req.header("Origin");
    if (origin !== undefined && !isSameOrigin(origin, host) && !allowedOrigins.includes(origin)) {
      throw new Refusal(
        403,
        `Pages of ${origin} may not call this server; start it with --allow-origin ${origin}.`,
      );
    }
    await next();
  };
}

function hostname(host: string): string {
  return host.replace(/:\d+$/, "");
}

function isSameOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}
