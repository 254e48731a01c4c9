/** Whether the disk takes what is written: what is known from the last attempts. */
export class WriteHealth {
  #failure: Error | undefined;

  /** Why nothing can be stored at the moment, if that is so. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Does something that writes, and notes how the disk took it. */
  async watch<Result>(write: () => Promise<Result>): Promise<Result> {
    try {
      const result = await write();
      this.#failure = undefined;
      return result;
    } catch (error) {
      if (error instanceof Error && isStorageFailure(error)) this.#failure = error;
      throw error;
    }
  }
}

/** SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL and SQLITE_CANTOPEN. */
const sqliteFailures = new Set([8, 10, 13, 14]);
/** Of the file system, and of PostgreSQL. */
const failureCodes = new Set(["ENOSPC", "EDQUOT", "EROFS", "53100"]);

/** True if there is no room for what is to be stored, or the disk cannot be written. */
export function isStorageFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // The lower byte of SQLite's extended codes is the code.
  if ("errcode" in error && typeof error.errcode === "number")
    return sqliteFailures.has(error.errcode & 0xff);
  return "code" in error && typeof error.code === "string" && failureCodes.has(error.code);
}
