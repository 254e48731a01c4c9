/**
 * Any thrown value as text for people: message and stack, followed by its causes. Never throws, never empty.
 */
export function describeError(thrown: unknown): string {
  try {
    return describe(thrown, 0) || "The block threw an empty string.";
  } catch {
    return "The block threw a value that cannot be shown.";
  }
}

function describe(thrown: unknown, level: number): string {
  if (typeof thrown === "string") return thrown;
  if (typeof thrown !== "object" || thrown === null) return `The block threw ${shown(thrown)}.`;
  if (!looksLikeError(thrown)) return `The block threw ${shown(thrown)}.`;
  const own = headed(thrown);
  const cause = thrown.cause;
  return cause === undefined || level >= 4 ? own : `${own}\nCaused by: ${describe(cause, level + 1)}`;
}

/** Errors of another realm are not instances of ours. */
function looksLikeError(
  value: object,
): value is { message: string; stack?: unknown; name?: unknown; cause?: unknown } {
  return typeof (value as { message?: unknown }).message === "string";
}

function headed(error: { message: string; stack?: unknown; name?: unknown }): string {
  const head = error.message || String(error.name ?? "Error");
  if (typeof error.stack !== "string" || error.stack === "") return head;
  return error.stack.includes(error.message) ? error.stack : `${head}\n${error.stack}`;
}

function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null)
    return typeof value === "bigint" ? `${value}n` : String(value);
  try {
    return JSON.stringify(value) ?? "an object";
  } catch {
    return "an object that cannot be shown";
  }
}
