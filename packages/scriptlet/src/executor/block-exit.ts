/** Unwinds a block that called `process.exit`; the job is already ended when it is thrown. */
export class BlockExit extends Error {
  override readonly name = "BlockExit";

  constructor(code: unknown) {
    super(`process.exit(${code ?? ""}) ends the block, not the executor, which other blocks share.`);
  }
}
