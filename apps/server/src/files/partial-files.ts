/**
 * Files that come piece by piece, until a task takes them. Of one of them only one call at a time writes or removes: who calls sees
 * to that. Failures are those of the {@link FileStore}.
 */
export interface PartialFiles {
  /** Makes one without bytes; answers what the storage knows it by, if that is not its id. */
  create(id: string): Promise<string | undefined>;
  /** How many bytes of it are kept; `undefined` if it is not there. */
  sizeOf(file: PartialFile): Promise<number | undefined>;
  /**
   * Adds chunks behind the `offset` bytes that are kept. If they break off, it rejects with the reason, and what has come of them is
   * kept, or nothing if they are one whole. The memory of the chunks may be freed.
   */
  append(file: PartialFile, offset: number, chunks: Chunks, options: { areOne: boolean }): Promise<void>;
  /** Makes ready for `give` what is whole; it may be done again. */
  finish(file: PartialFile): Promise<void>;
  /** Makes it a file of a task, at a path beneath `uploadDirectory`, without copying it through this process if possible; it stays. */
  give(file: PartialFile, taskId: string, path: string): Promise<void>;
  /** Forgets it; it may be done again. */
  remove(file: PartialFile): Promise<void>;
}

export interface PartialFile {
  id: string;
  /** What `create` has answered. */
  place: string | undefined;
}

export type Chunks = AsyncIterable<Uint8Array>;
