import { piecesOf } from "@oomol/connect-shared/text-pieces";

interface Level {
  closing: string;
  /** Names of an object, or positions in a list. */
  names: Iterator<string | number>;
  of: Readonly<Record<string | number, unknown>>;
  isEmpty: boolean;
}

/**
 * JSON of a value in pieces of `characters` or a little more, each made when it is asked for: however large or deep the value
 * is, a piece takes no longer than another. A piece ends with a line, unless one text is longer than a piece.
 */
export function* jsonPieces(value: unknown, characters: number, indentation = 2): Generator<string, void> {
  const levels: Level[] = [];
  let text = "";

  function* writeLong(item: string): Generator<string, void> {
    text += '"';
    for (const part of piecesOf(item, characters)) {
      text += JSON.stringify(part).slice(1, -1);
      if (text.length < characters) continue;
      yield text;
      text = "";
    }
    text += '"';
  }
  const isLong = (item: unknown): item is string => typeof item === "string" && item.length > characters;
  const write = (item: unknown) => {
    if (typeof item !== "object" || item === null) text += JSON.stringify(item) ?? "null";
    else {
      const isList = Array.isArray(item);
      text += isList ? "[" : "{";
      const names = isList ? item.keys() : Object.keys(item).values();
      levels.push({ closing: isList ? "]" : "}", names, of: item as Level["of"], isEmpty: true });
    }
  };
  const breakLine = () => {
    if (indentation > 0) text += "\n";
  };
  const indent = () => " ".repeat(indentation * Math.min(levels.length, deepestIndented));

  if (isLong(value)) yield* writeLong(value);
  else write(value);
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    const { value: name, done } = level.names.next();
    if (!level.isEmpty && !done) text += ",";
    if (!level.isEmpty || !done) breakLine();
    if (text.length >= characters) {
      yield text;
      text = "";
    }
    if (done) {
      levels.pop();
      text += `${level.isEmpty ? "" : indent()}${level.closing}`;
      continue;
    }
    level.isEmpty = false;
    text += indent();
    if (typeof name === "string") {
      if (isLong(name)) yield* writeLong(name);
      else write(name);
      text += indentation > 0 ? ": " : ":";
    }
    const item = level.of[name];
    if (isLong(item)) yield* writeLong(item);
    else write(item);
  }
  yield text;
}

/** Deeper ones stand below each other: their indentation would be most of the text. */
const deepestIndented = 100;

/** The beginning of a value on one line; what is left out is `…`. */
export function jsonBeginning(value: unknown, characters: number): string {
  const { text, isAll } = firstPiece(jsonPieces(value, characters, 0));
  return isAll ? text : `${text}…`;
}

/** The first piece of a text, and whether there is no other. */
export function firstPiece(pieces: Iterator<string, void>): { text: string; isAll: boolean } {
  const { value: text } = pieces.next();
  return { text: text ?? "", isAll: pieces.next().done === true };
}
