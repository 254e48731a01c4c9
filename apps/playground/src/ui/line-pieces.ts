import { piecesOf } from "@oomol/connect-shared/text-pieces";

/** A text in pieces of `characters`, or less than twice as many, each of which ends with a line if one ends there. */
export function* linePieces(text: string, characters: number): Generator<string, void> {
  let rest = "";
  for (const piece of piecesOf(text, characters)) {
    const whole = rest + piece;
    const end = whole.lastIndexOf("\n") + 1 || whole.length;
    yield whole.slice(0, end);
    rest = whole.slice(end);
  }
  if (rest !== "") yield rest;
}
