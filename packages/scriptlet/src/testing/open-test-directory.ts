import { rmSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const open = new Set<string>();

/** A temporary folder for one run, removed when it is disposed, or else with the process. */
export async function openTestDirectory(): Promise<{ path: string } & AsyncDisposable> {
  if (open.size === 0) process.once("exit", removeAll);
  const path = await realpath(await mkdtemp(join(tmpdir(), "scriptlet-run-")));
  open.add(path);
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true });
      open.delete(path);
      if (open.size === 0) process.off("exit", removeAll);
    },
  };
}

function removeAll(): void {
  for (const path of open) rmSync(path, { recursive: true, force: true });
}
