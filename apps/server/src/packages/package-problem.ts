/** Something of a package that is not as its author meant it. */
export interface PackageProblem {
  /** Where, as callers see it: `/packages/NAME-VERSION/tasks/BLOCK`. */
  path: string;
  /** A sentence. */
  message: string;
}
