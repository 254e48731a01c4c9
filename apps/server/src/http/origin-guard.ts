import type { MiddlewareHandler } from "hono";
import { Refusal } from "../refusal.ts";
import { isLoopback } from "./is-loopback.ts";
import type { TokenList } from "./token-list.ts";

export interface OriginGuardOptions {
  host: string;
  allowedOrigins: readonly string[];
  /** Without one whatever a browser is made to ask comes from somebody who may. */
  tokens: Pick<TokenList, "isEmpty">;
}

/**
 * Keeps foreign web pages out. A browser sends `Origin` with what a page asks for, and a page that rebinds its own name
 * to this machine still sends that name as `Host`. What is asked for without `Origin`, as pictures and scripts are, tells its site in
 * `Sec-Fetch-Site`.
 */
export function guardOrigin(options: OriginGuardOptions): MiddlewareHandler {
  const { host: listeningHost, allowedOrigins, tokens } = options;
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
    const isForeign = /^(cross|same)-site$/.test(context.req.header("Sec-Fetch-Site") ?? "");
    if (isForeign && tokens.isEmpty && origin === undefined && isApi(context.req.path)) {
      const page = originOf(context.req.header("Referer"));
      if (!allowedOrigins.includes(page)) {
        throw new Refusal(
          403,
          "Pages of other sites may not call this server; it is started without a token.",
        );
      }
    }
    await next();
  };
}

/** Files of a task are named by its id, which no other site knows; pages among them have parts, and are a site of their own. */
function isApi(path: string): boolean {
  return /^\/(api|rpc|metrics)\b/.test(path) && !/\/v1\/tasks\/[^/]+\/files\//.test(path);
}

function originOf(address: string | undefined): string {
  return URL.parse(address ?? "")?.origin ?? "";
}

function hostname(host: string): string {
  return host.replace(/:\d+$/, "");
}

function isSameOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}
