/** Text with each lone surrogate replaced by U+FFFD: the engine's JSON parser refuses them (oocana-protocol 2.3). */
export function wellFormed(text: string): string {
  // With the u flag a pair is one character, so only lone halves match.
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}
