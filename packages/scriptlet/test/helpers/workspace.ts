import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface Workspace extends AsyncDisposable {
  path: string;
  /** Writes a file below the workspace and returns its path. */
  write(name: string, text: string): Promise<string>;
}

/** A temporary package folder that removes itself. */
export async function createWorkspace(files: Record<string, string> = {}): Promise<Workspace> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "scriptlet-test-")));
  const write = async (name: string, text: string) => {
    const file = join(path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return { path, write, [Symbol.asyncDispose]: () => removeFolder(path) };
}

/** A process that is about to leave may still write its caches. */
function removeFolder(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
