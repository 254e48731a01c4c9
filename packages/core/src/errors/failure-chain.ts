/** Causes may be circular. */
const longestChain = 8;

/** A failure and its causes, outermost first; empty if it is not an `Error`. */
export function failureChain(failure: unknown): Error[] {
  const chain: Error[] = [];
  let level = failure;
  while (level instanceof Error && chain.length < longestChain) {
    chain.push(level);
    // Several addresses of one host were tried, and each failed in its own way.
    level = level instanceof AggregateError ? level.errors[0] : level.cause;
  }
  return chain;
}
