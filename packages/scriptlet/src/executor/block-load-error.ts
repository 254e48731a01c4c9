/** Thrown if a block's file cannot be found, built or evaluated. */
export class BlockLoadError extends Error {
  override readonly name = "BlockLoadError";
  readonly code = "block_load_failed";
  readonly file: string;

  constructor(file: string, reason: string | undefined, cause: unknown) {
    super(
      `Could not load the block ${file}${reason === undefined ? "" : `: ${reason}`}.`,
      cause === undefined ? undefined : { cause },
    );
    this.file = file;
  }
}
