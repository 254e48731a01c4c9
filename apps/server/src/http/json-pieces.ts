import { pieceCharacters, piecesOf } from "@oomol/connect-shared/text-pieces";
import { objectsWithin } from "../inputs/objects-within.ts";

/**
 * As `JSON.stringify` writes a value that was parsed, in pieces: a long text in it is written piece by piece, so that it is never
 * there a second time.
 */
export function* jsonPieces(value: object): Generator<string, void> {
  if (!holdsLongText(value)) {
    yield* piecesOf(JSON.stringify(value), pieceCharacters);
    return;
  }
  const texts: string[] = [];
  const place = crypto.randomUUID();
  const json = JSON.stringify(value, (_name, inner: unknown) => {
    if (!isLongText(inner)) return inner;
    texts.push(inner);
    return place;
  });
  for (const between of json.split(place)) {
    yield* piecesOf(between, pieceCharacters);
    for (const piece of piecesOf(texts.shift() ?? "", pieceCharacters))
      yield JSON.stringify(piece).slice(1, -1);
  }
}

function holdsLongText(value: object): boolean {
  for (const one of objectsWithin(value)) if (Object.values(one).some(isLongText)) return true;
  return false;
}

const isLongText = (value: unknown): value is string =>
  typeof value === "string" && value.length > pieceCharacters;
