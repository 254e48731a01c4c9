import { type KnownToken, roles } from "./callers.ts";

/** Throws if a token could not be used, or one text would be two callers. Never says a token. */
export function checkTokens(tokens: readonly KnownToken[]): void {
  const seen = new Map<string, KnownToken>();
  for (const known of tokens) {
    const token = typeof known === "string" ? known : known.token;
    if (token.trim() === "") throw new Error("A token must not be empty.");
    const earlier = seen.get(token);
    if (earlier !== undefined && describe(earlier) !== describe(known)) {
      throw new Error(
        `The same token is given ${describe(earlier)} and ${describe(known)}: each needs its own.`,
      );
    }
    seen.set(token, known);
    if (typeof known !== "string") checkNamed(known);
  }
}

function checkNamed({ name, roles: given }: Exclude<KnownToken, string>): void {
  if (!/^[\w.@-]{1,64}$/.test(name)) {
    throw new Error(
      `The name of a token has 1 to 64 letters, digits or any of "_.@-", not ${JSON.stringify(name)}.`,
    );
  }
  const unknown = given.find((role) => !roles.includes(role));
  if (unknown === undefined) return;
  throw new Error(`The token of "${name}" has the role "${unknown}"; there are ${roles.join(", ")}.`);
}

function describe(known: KnownToken): string {
  if (typeof known === "string") return "without a name";
  return `to "${known.name}" (${[...known.roles].sort().join(", ")})`;
}
