/** The storage of files did not do what it was asked; the message names it, and never credentials. */
export class StorageFailure extends Error {
  override readonly name = "StorageFailure";
  /** It may do so later: it was silent, busy or out of order. */
  readonly isPassing: boolean;

  constructor(place: string, reason: string, { isPassing, cause }: { isPassing: boolean; cause: unknown }) {
    super(`The file storage ${place} could not be used: ${reason}.`, { cause });
    this.isPassing = isPassing;
  }
}
