import type { Target } from "./target.ts";

/** One bad input: what is sent, and what of it was let in that should not have been. */
export interface AttackInput {
  name: string;
  /** Answers a sentence for what got through, nothing if it was turned away. Rejecting is no success of the attack. */
  send(target: Target, signal: AbortSignal): Promise<string | undefined>;
}

/** Bad inputs of one kind, measured together. */
export interface AttackKind {
  name: string;
  inputs: readonly AttackInput[];
}
