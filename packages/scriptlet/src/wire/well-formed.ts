/** Text with each lone surrogate replaced by U+FFFD: the engine's JSON parser refuses them (oocana-protocol 2.3). */
export function wellFormed(text: string): string {
  // With the u flag a pair is one character, so only lone halves match.
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Whether a text has no lone surrogate. */
export function isWellFormed(text: string): boolean {
  // Of ES2024: it looks at no text of Latin letters alone.
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}

/** What is said of a text with a lone surrogate. */
export const illFormed =
  "it holds text that is not well-formed Unicode (half of a surrogate pair), which becomes U+FFFD";
