import { failureChain } from "./failure-chain.ts";

const replacement = "[redacted]";

/** The text without the token, whole or without its scheme. */
export function redact(text: string, token: string | undefined): string {
  let safe = text;
  for (const secret of secretsOf(token)) safe = safe.replaceAll(secret, replacement);
  return safe;
}

/**
 * A failure of the runtime that is safe to keep as a `cause`: the failure itself, or a copy of its name and message if it or
 * any of its causes shows the token.
 */
export function redactFailure(failure: unknown, token: string | undefined): unknown {
  if (!(failure instanceof Error)) return typeof failure === "string" ? redact(failure, token) : undefined;
  if (!showsSecret(failure, secretsOf(token))) return failure;
  const copy = new Error(redact(failure.message, token));
  copy.name = failure.name;
  copy.stack = redact(failure.stack ?? "", token);
  return copy;
}

function secretsOf(token: string | undefined): string[] {
  if (!token) return [];
  const withoutScheme = token.replace(/^\S+\s+/, "");
  // Anything this short is not a secret, and would tear texts apart.
  return [token, withoutScheme].filter((secret) => secret.length >= 6);
}

function showsSecret(failure: Error, secrets: string[]): boolean {
  const shown = failureChain(failure).flatMap((level) =>
    Object.getOwnPropertyNames(level).map((name) => textOf(Reflect.get(level, name))),
  );
  return secrets.some((secret) => shown.some((text) => text.includes(secret)));
}

function textOf(value: unknown): string {
  try {
    return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  } catch {
    return "";
  }
}
