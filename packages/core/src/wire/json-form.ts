/**
 * What stands for an object in JSON: the object itself if its own properties say everything, else a list, text or object that
 * does. Undefined if nothing can, so that it would arrive as `{}`. The rule of the outputs of blocks (`@oomol/scriptlet`), which a test compares.
 */
export function jsonForm(value: object): object | string | undefined {
  const kind = kindOf(value);
  switch (kind) {
    case "Map":
    case "Set":
    case "Headers":
    case "FormData":
      return [...(value as Iterable<unknown>)];
    case "RegExp":
    case "URLSearchParams":
      return String(value);
    case "Error":
      return errorForm(value as Error);
    case "Promise":
      return undefined;
  }
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array);
  return Array.isArray(value) || isPlain(value) || hasOwnProperties(value) ? value : undefined;
}

/** Why an object without a JSON form is not sent, and what to do. */
export function refusalOf(value: object): string {
  const kind = kindOf(value);
  return kind === "Promise"
    ? "a promise cannot be sent; await it first."
    : `a ${value.constructor?.name || kind} would be sent empty; send an object, a list or text.`;
}

/** The same for values of another realm; a `DOMException` counts as an error. */
function kindOf(value: object): string {
  if (value instanceof Error) return "Error";
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** Its own properties too, such as `code`; the cause and the errors it holds are some that do not enumerate. */
function errorForm(error: Error): object {
  const { name, message, stack } = error;
  const cause = "cause" in error && error.cause !== undefined ? { cause: error.cause } : {};
  return { ...error, name, message, stack, ...cause, ...heldErrors(error) };
}

/** Of an `AggregateError` and a `SuppressedError`; a getter of a class, such as zod's, may repeat others. */
function heldErrors(error: object): object {
  const names = ["errors", "error", "suppressed"].filter((name) => Object.hasOwn(error, name));
  return Object.fromEntries(names.map((name) => [name, (error as Record<string, unknown>)[name]]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // The prototype of another realm has none above it either.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function hasOwnProperties(value: object): boolean {
  try {
    return Object.keys(value).length > 0;
  } catch {
    // A proxy that throws is told by whoever reads it.
    return true;
  }
}
