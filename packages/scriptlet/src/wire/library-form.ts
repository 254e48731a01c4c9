/** What is sent in place of an object of a library, whose own properties and `toJSON` tell only how that library works. */
export type LibraryForm =
  | { value: unknown }
  /** A list that is made piece by piece, of `count` items in all. */
  | { rows: Iterable<readonly unknown[]>; count: number }
  /** Why there is nothing to send, and what to do. */
  | { refusal: string };
