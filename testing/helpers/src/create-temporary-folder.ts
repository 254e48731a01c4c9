import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TemporaryFolder extends AsyncDisposable {
  path: string;
  /** The path of a file in it. */
  file(name: string): string;
}

/** A folder for a test, below that of the system or `parent`; gone at the end of the scope. */
export async function createTemporaryFolder(parent = tmpdir()): Promise<TemporaryFolder> {
  const path = await realpath(await mkdtemp(join(parent, "oomol-connect-")));
  return {
    path,
    file: (name) => join(path, name),
    // A process that is about to leave may still write its caches.
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  };
}
