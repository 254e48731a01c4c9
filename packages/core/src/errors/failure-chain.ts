/** Causes may go round. */
const longestChain = 8;

/** A failure and what caused it, outermost first; nothing where it is no `Error`. */
export function failureChain(failure: unknown): Error[] {
  const chain: Error[] = [];
  let level = failure;
  while (level instanceof Error && chain.length < longestChain) {
    chain.push(level);
    // Several addresses of one host tried: each failed its own way.
    level = level instanceof AggregateError ? level.errors[0] : level.cause;
  }
  return chain;
}
