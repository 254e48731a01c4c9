import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";

export interface Workspace extends AsyncDisposable {
  path: string;
  /** Writes a file below the workspace and returns its path. */
  write(name: string, text: string): Promise<string>;
}

/** A temporary package folder that removes itself. */
export async function createWorkspace(files: Record<string, string> = {}): Promise<Workspace> {
  const folder = await createTemporaryFolder();
  const write = async (name: string, text: string) => {
    const file = folder.file(name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return { path: folder.path, write, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
