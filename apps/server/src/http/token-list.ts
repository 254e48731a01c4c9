import { createHash, timingSafeEqual } from "node:crypto";
import type { Caller, KnownToken } from "./callers.ts";
import { checkTokens } from "./check-tokens.ts";

/** The tokens that count now, and who calls with each. */
export class TokenList {
  #callers: readonly Caller[] = [];
  #digests: readonly Buffer[] = [];

  /** Throws if a token could not be used. */
  constructor(tokens: readonly KnownToken[]) {
    this.#take(tokens);
  }

  /** Without any, everyone may call, and do everything. */
  get isEmpty(): boolean {
    return this.#digests.length === 0;
  }

  /** Counts for every request from now on. Throws, and keeps what it has, if the new ones cannot be used or would let everyone in. */
  replace(tokens: readonly KnownToken[]): void {
    if (tokens.length === 0 && !this.isEmpty)
      throw new Error("There is no token left, and without one everyone might call.");
    this.#take(tokens);
  }

  /** Who calls with what `Authorization` holds: one of the tokens, as it is or behind `Bearer ` (RFC 6750). */
  find(given: string): Caller | undefined {
    if (this.isEmpty) return callerWith(given);
    // Both in any case: how long it takes tells nobody which it was.
    const exact = this.#indexOf(given);
    const bearer = this.#indexOf(given.replace(bearerPrefix, ""));
    return this.#callers[exact >= 0 ? exact : bearer];
  }

  #take(tokens: readonly KnownToken[]): void {
    checkTokens(tokens);
    this.#callers = tokens.map(callerWith);
    this.#digests = tokens.map((token) => digest(typeof token === "string" ? token : token.token));
  }

  /** Equal time for every token, right or wrong, first or last. */
  #indexOf(given: string): number {
    const wanted = digest(given);
    return this.#digests.reduce(
      (found, known, index) => (timingSafeEqual(known, wanted) ? index : found),
      -1,
    );
  }
}

const bearerPrefix = /^bearer +/i;

/** No digest holds a colon, so nobody's name is somebody's token. */
function callerWith(token: KnownToken): Caller {
  if (typeof token !== "string") return { id: `name:${token.name}`, name: token.name, roles: token.roles };
  const id = token === "" ? "" : digest(token).toString("hex").slice(0, 32);
  return { id, name: undefined, roles: ["admin"] };
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
