import { splitStack, withLine } from "./author-frames.ts";

/** Enough for people, and a bound for what a block can build. */
const mostLevels = 4;
const mostReasons = 20;

/**
 * Any thrown value as text for people: message and stack, followed by its reasons. Never throws, never empty.
 */
export function describeError(thrown: unknown): string {
  try {
    return describe(thrown, 0, { left: mostReasons }) || "The block threw an empty string.";
  } catch {
    return "The block threw a value that cannot be shown.";
  }
}

function describe(thrown: unknown, level: number, reasons: { left: number }): string {
  if (typeof thrown === "string") return thrown;
  if (typeof thrown !== "object" || thrown === null) return `The block threw ${shown(thrown)}.`;
  if (!looksLikeError(thrown)) return `The block threw ${shown(thrown)}.`;
  const lines = [headed(thrown)];
  for (const reason of level < mostLevels ? reasonsOf(thrown) : []) {
    reasons.left -= 1;
    if (reasons.left < 0) break;
    lines.push(`Caused by: ${describe(reason, level + 1, reasons)}`);
  }
  return lines.join("\n");
}

/** Why an error was thrown: by its cause, by all that an `AggregateError` gathers, or by both errors of a `SuppressedError`. */
function reasonsOf(thrown: object): unknown[] {
  const { cause, errors, error, suppressed } = thrown as Record<string, unknown>;
  const all: unknown[] = Array.isArray(errors) ? errors : [];
  // Errors of other kinds may have a field `error` that is no reason.
  const isPair = "suppressed" in thrown || looksLikeError(Object(error));
  return [cause, ...all, ...(isPair ? [error, suppressed] : [])].filter((reason) => reason !== undefined);
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
  const { text, frames } = splitStack(error.stack);
  const own = text.includes(error.message) ? text : `${head}\n${text}`;
  return [withLine(own, frames), ...frames].join("\n");
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
