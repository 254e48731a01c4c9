import { inexactNumbersIn } from "./exact-numbers.ts";

/** Where a number is that reading its JSON text would change. */
export interface InexactPlace {
  /** The keys that lead to it. */
  path: readonly (string | number)[];
  /** The number as it is written there, and what becomes of it; to be continued. */
  description: string;
  /** Why a body or `inputValues` with it is refused, with the name of the input. */
  refusal: string;
}

/** The first number that reading a JSON text would change; nothing for a text that is not JSON. */
export function findInexactNumber(json: string): InexactPlace | undefined {
  const { value: first } = inexactNumbersIn(json).next();
  if (!first) return undefined;
  const marker = crypto.randomUUID();
  const root = parse(`${json.slice(0, first.at)}"${marker}"${json.slice(first.at + first.text.length)}`);
  const path = pathOf(root, marker);
  if (!path) return undefined;
  const handle = handleOf(root, path);
  const description = describe(first.text);
  const where = handle === undefined ? "The JSON" : `The input "${handle}"`;
  return { path, description, refusal: `${where} holds ${description}; give it as text.` };
}

function describe(text: string): string {
  const value = Number(text);
  const change = Number.isFinite(value) ? ` to ${value}` : "";
  return `${text.length > 40 ? `${text.slice(0, 40)}…` : text}, which readers of JSON change${change}`;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

interface Place {
  value: unknown;
  key?: string | number;
  outer?: Place;
}

/** Without recursion: values of callers may be nested deeper than the stack is. */
function pathOf(root: unknown, marker: string): (string | number)[] | undefined {
  const open: Place[] = [{ value: root }];
  for (const outer of open) {
    const { value } = outer;
    if (value === marker) return keysTo(outer);
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      open.push({ value: inner, key: Array.isArray(value) ? Number(key) : key, outer });
    }
  }
  return undefined;
}

function keysTo(place: Place): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: Place | undefined = place; at?.key !== undefined; at = at.outer) keys.unshift(at.key);
  return keys;
}

function handleOf(root: unknown, path: readonly (string | number)[]): string | undefined {
  const position = path.indexOf("value");
  if (position < 0 || path[position - 2] !== "inputs") return undefined;
  const input = path
    .slice(0, position)
    .reduce((outer: unknown, key) => Reflect.get(Object(outer), key), root);
  const handle: unknown = Reflect.get(Object(input), "handle");
  return typeof handle === "string" ? handle : undefined;
}
