import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that is gone when its test is over. */
export async function temporaryFolder(): Promise<
  AsyncDisposable & { path: string; file(name: string): string }
> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "connect-node-")));
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
