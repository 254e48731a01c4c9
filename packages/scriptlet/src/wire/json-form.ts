import { splitStack } from "../errors/author-frames.ts";

/**
 * What stands for an object in JSON: the object itself if its own properties say everything, else a list, text or object that
 * does. Undefined if nothing can, so that it would arrive as `{}`. The rule of core's `input-values`, which a test compares,
 * but that an error's stack keeps the frames of the block alone.
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
    case "Blob":
    case "File":
    case "ArrayBuffer":
    case "SharedArrayBuffer":
    case "DataView":
      return undefined;
  }
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array);
  return Array.isArray(value) || isPlain(value) || hasOwnProperties(value) ? value : undefined;
}

/** Why an object without a JSON form is not sent, and what to do. */
export function refusalOf(value: object): string {
  const kind = kindOf(value);
  if (kind === "Promise") return "it is a promise; await it first";
  if (["Blob", "File", "ArrayBuffer", "SharedArrayBuffer", "DataView"].includes(kind)) {
    return `a ${kind} has no JSON form; declare the handle as oomol/bin, or write a file and send its path`;
  }
  return `a ${value.constructor?.name || kind} would arrive as {}; send an object, a list or text`;
}

/** The same for values of another realm; a `DOMException` counts as an error. */
function kindOf(value: object): string {
  if (value instanceof Error) return "Error";
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** Its own properties too, such as `code`; the cause and the errors it holds are some that do not enumerate. */
function errorForm(error: Error): object {
  const { name, message } = error;
  const cause = "cause" in error && error.cause !== undefined ? { cause: error.cause } : {};
  return { ...error, name, message, stack: ownStack(error.stack), ...cause, ...heldErrors(error) };
}

/** Of an `AggregateError` and a `SuppressedError`; a getter of a class, such as zod's, may repeat others. */
function heldErrors(error: object): object {
  const names = ["errors", "error", "suppressed"].filter((name) => Object.hasOwn(error, name));
  return Object.fromEntries(names.map((name) => [name, (error as Record<string, unknown>)[name]]));
}

/** As the reason of a failed block has it. */
function ownStack(stack: unknown): unknown {
  if (typeof stack !== "string") return stack;
  const { text, frames } = splitStack(stack);
  return [text, ...frames].join("\n");
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
