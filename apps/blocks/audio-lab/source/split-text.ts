const fewestCharacters = 80;
const mostCharacters = 3000;
const wantedPortions = 10;

/**
 * Cuts a text between sentences into about ten portions, each short enough to be spoken in under a second.
 * Joined they are the text again.
 */
export function splitText(text: string): string[] {
  const portionCharacters = Math.min(
    Math.max(Math.ceil(text.length / wantedPortions), fewestCharacters),
    mostCharacters,
  );
  const portions: string[] = [];
  let portion = "";
  for (const sentence of sentencesOf(text)) {
    if (portion.length + sentence.length > mostCharacters && portion) {
      portions.push(portion);
      portion = "";
    }
    portion += sentence;
    if (portion.length >= portionCharacters && !endsInAbbreviation(portion)) {
      portions.push(portion);
      portion = "";
    }
  }
  if (portion) portions.push(portion);
  return portions;
}

function* sentencesOf(text: string): Iterable<string> {
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "sentence" }).segment(text)) {
    if (segment.length <= mostCharacters) yield segment;
    else yield* segment.match(anyWords) ?? [];
  }
}

/** As many whole words as fit, or part of a word that alone does not fit. */
const anyWords = new RegExp(`.{1,${mostCharacters / 2}}(?:\\s|$)|.{1,${mostCharacters / 2}}`, "gsu");

/** "Dr. Smith" is one sentence; the segmenter sees two. */
function endsInAbbreviation(portion: string): boolean {
  return /(?:^|\s)\p{Lu}\p{L}{0,3}\.\s*$/u.test(portion);
}
