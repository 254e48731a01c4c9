import { piecesOf } from "@oomol/connect-shared/text-pieces";

/** So short that what V8 makes of a piece is young when it is garbage, and gone at once. */
const pieceCharacters = 32 * 1024;

/**
 * As `JSON.stringify` writes a value that was parsed, in pieces: what is large in it is written piece by piece, so that it is never
 * there a second time.
 */
export function* jsonPieces(value: unknown): Generator<string, void> {
  if (sizeOf(value) < pieceCharacters) yield JSON.stringify(value);
  else if (typeof value === "string") yield* textPieces(value);
  else if (Array.isArray(value)) yield* listPieces(value);
  else yield* objectPieces(value as Record<string, unknown>);
}

function* textPieces(text: string): Generator<string, void> {
  yield '"';
  for (const piece of piecesOf(text, pieceCharacters))
    yield isPlain(piece) ? piece : JSON.stringify(piece).slice(1, -1);
  yield '"';
}

/** Stands in JSON as it is. Control characters and halves may be escaped. */
const isPlain = (text: string) => !/["\\\p{Cc}\p{Cs}]/u.test(text);

function* listPieces(list: readonly unknown[]): Generator<string, void> {
  let before = "[";
  for (const some of together(list, sizeOf)) {
    yield before;
    if (some.length > 1) yield JSON.stringify(some).slice(1, -1);
    else yield* jsonPieces(some[0]);
    before = ",";
  }
  yield "]";
}

function* objectPieces(object: Readonly<Record<string, unknown>>): Generator<string, void> {
  let before = "{";
  const sizeOfMember = (name: string) => name.length + sizeOf(object[name]);
  for (const some of together(Object.keys(object), sizeOfMember)) {
    yield before;
    const [name = ""] = some;
    if (some.length > 1) {
      yield JSON.stringify(Object.fromEntries(some.map((one) => [one, object[one]]))).slice(1, -1);
    } else {
      yield* jsonPieces(name);
      yield ":";
      yield* jsonPieces(object[name]);
    }
    before = ",";
  }
  yield "}";
}

/** In their order; so many as make a piece, or one that is larger. */
function* together<Item>(items: Iterable<Item>, size: (item: Item) => number): Generator<Item[], void> {
  let some: Item[] = [];
  let characters = 0;
  for (const item of items) {
    const more = size(item);
    if (some.length > 0 && characters + more > pieceCharacters) {
      yield some;
      some = [];
      characters = 0;
    }
    some.push(item);
    characters += more;
  }
  if (some.length > 0) yield some;
}

/** About the characters of its JSON; of what is larger than a piece, enough to tell. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return sizeOfWord;
  let characters = 2;
  const add = (more: number) => {
    characters += more;
    return characters >= pieceCharacters;
  };
  if (Array.isArray(value)) value.some((inner: unknown) => add(sizeOf(inner)));
  else Object.keys(value).some((name) => add(name.length + sizeOf(Reflect.get(value, name))));
  return characters;
}

/** Most numbers are no longer. */
const sizeOfWord = 8;
