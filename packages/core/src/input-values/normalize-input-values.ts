import { InvalidInputError } from "../errors/index.ts";
import type { InputValue, NodeInputs, TaskInputValues } from "../types.ts";
import { jsonForm, refusalOf } from "../wire/json-form.ts";
import { deepestNesting } from "../wire/nesting.ts";
import { blockItself } from "./block-itself.ts";
import { isDataFrame } from "./is-data-frame.ts";

/**
 * Turns any of the three input forms into the node form, the only one on the wire. The caller's object is never changed,
 * and normalizing twice gives the same. Values that are `undefined` are omitted, as in JSON; a Map becomes the list of its
 * entries, a Set and an array of numbers a list, an Error its name, message and stack (guide "Values").
 *
 * @throws {@link InvalidInputError} with the place of the first value that cannot be sent.
 */
export function normalizeInputValues(inputValues: TaskInputValues | undefined): NodeInputs[] {
  if (inputValues === undefined) return [];
  if (Array.isArray(inputValues)) return fromList(inputValues);
  if (!isPlainObject(inputValues)) {
    throw new InvalidInputError(
      root,
      `expected { handle: value }, a list of { handle, value } or a list of { nodeId, inputs }, got ${describe(inputValues)}.`,
    );
  }
  const inputs = Object.entries(inputValues).map(([handle, value]) => ({ handle, value }));
  return [{ nodeId: blockItself, inputs: sendable(inputs, (_, handle) => `${root}.${handle}`) }];
}

const root = "inputValues";

function fromList(list: readonly unknown[]): NodeInputs[] {
  // An empty list is the node form and stays empty.
  const isNodeForm = list.length === 0 || hasKey(list[0], "nodeId");
  if (!isNodeForm) {
    const inputs = list.map((item, index) => readInput(item, `${root}[${index}]`));
    return [{ nodeId: blockItself, inputs: checkedInputs(inputs, root) }];
  }
  const nodes = list.map((item, index) => readNode(item, `${root}[${index}]`));
  rejectDuplicates(
    nodes.map((node) => node.nodeId),
    (index) => `${root}[${index}].nodeId`,
  );
  return nodes;
}

function readNode(item: unknown, path: string): NodeInputs {
  if (!hasKey(item, "nodeId") || typeof item.nodeId !== "string") {
    throw new InvalidInputError(
      path,
      `expected { nodeId, inputs } like the items before it, got ${describe(item)}.`,
    );
  }
  const inputs = Reflect.get(item, "inputs");
  if (!Array.isArray(inputs)) {
    throw new InvalidInputError(
      `${path}.inputs`,
      `expected a list of { handle, value }, got ${describe(inputs)}.`,
    );
  }
  const read = inputs.map((input, index) => readInput(input, `${path}.inputs[${index}]`));
  return { ...item, nodeId: item.nodeId, inputs: checkedInputs(read, `${path}.inputs`) };
}

function readInput(item: unknown, path: string): InputValue {
  if (!hasKey(item, "handle") || typeof item.handle !== "string") {
    const mixed = hasKey(item, "nodeId") ? " The forms cannot be mixed." : "";
    throw new InvalidInputError(path, `expected { handle, value }, got ${describe(item)}.${mixed}`);
  }
  return { ...item, handle: item.handle, value: Reflect.get(item, "value") };
}

function checkedInputs(inputs: InputValue[], path: string): InputValue[] {
  rejectDuplicates(
    inputs.map((input) => input.handle),
    (index) => `${path}[${index}].handle`,
  );
  return sendable(inputs, (index) => `${path}[${index}].value`);
}

function rejectDuplicates(names: string[], pathAt: (index: number) => string): void {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) throw new InvalidInputError(pathAt(index), `"${name}" is given twice.`);
    seen.add(name);
  }
}

function sendable(inputs: InputValue[], pathAt: (index: number, handle: string) => string): InputValue[] {
  return inputs
    .map((input, index) => ({ ...input, value: toSendable(input.value, pathAt(index, input.handle), []) }))
    .filter((input) => input.value !== undefined);
}

/**
 * The value itself if JSON says all of it, otherwise a copy with the forms of the guide "Values". JSON would throw on the
 * others without naming the place, or drop them silently.
 */
function toSendable(value: unknown, path: string, ancestors: readonly object[]): unknown {
  if (typeof value === "bigint") {
    if (Number.isSafeInteger(Number(value))) return Number(value);
    throw new InvalidInputError(path, "a BigInt beyond 2^53 has no JSON form; send a string.");
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new InvalidInputError(path, `${value} has no JSON form; send a finite number, a string or null.`);
  }
  if (typeof value === "function" || typeof value === "symbol") {
    throw new InvalidInputError(path, `a ${typeof value} cannot be sent.`);
  }
  if (typeof value !== "object" || value === null) return value;
  if (isDataFrame(value)) {
    throw new InvalidInputError(path, "a data frame has no JSON form; send its rows, as a list of objects.");
  }
  if (hasJsonForm(value)) return value;
  if (isFileLike(value)) {
    throw new InvalidInputError(
      path,
      "a file or bytes cannot be an input value; pass it in `files` instead.",
    );
  }
  if (ancestors.includes(value)) throw new InvalidInputError(path, "the value contains itself.");
  const line = [...ancestors, value];
  if (line.length > deepestNesting) {
    throw new InvalidInputError(
      path,
      `nested deeper than ${deepestNesting} levels, which the engine cannot read.`,
    );
  }
  const form = jsonForm(value);
  if (form === undefined) throw new InvalidInputError(path, refusalOf(value));
  if (typeof form === "string") return form;
  return Array.isArray(form) ? sendableList(form, path, line) : sendableObject(form, path, line);
}

function sendableList(list: readonly unknown[], path: string, line: readonly object[]): readonly unknown[] {
  const items = Array.from(list, (item, index) => toSendable(item, `${path}[${index}]`, line));
  return items.some((item, index) => item !== list[index]) ? items : list;
}

function sendableObject(object: object, path: string, line: readonly object[]): object {
  const entries = Object.entries(object);
  const items = entries.map(([key, item]) => toSendable(item, `${path}.${key}`, line));
  if (items.every((item, index) => item === entries[index]?.[1])) return object;
  return Object.fromEntries(entries.map(([key], index) => [key, items[index]]));
}

function hasJsonForm(value: object): boolean {
  return "toJSON" in value && typeof value.toJSON === "function" && !isFileLike(value);
}

function isFileLike(value: object): boolean {
  return (
    value instanceof Blob ||
    value instanceof ArrayBuffer ||
    value instanceof DataView ||
    value instanceof Uint8Array ||
    value instanceof Uint8ClampedArray
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === "[object Object]";
}

function hasKey<Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> {
  return Object.hasOwn(Object(value), key);
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") {
    const keys = Object.keys(value).slice(0, 5);
    return keys.length > 0 ? `an object with ${keys.map((key) => `"${key}"`).join(", ")}` : "an empty object";
  }
  return typeof value === "string" ? `the string "${value.slice(0, 40)}"` : `a ${typeof value}`;
}
