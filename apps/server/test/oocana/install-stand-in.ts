import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("./stand-in.ts", import.meta.url));

/** Puts a stand-in for `oocana` on the `PATH` of this process, until the end of the test. */
export async function installStandIn(): Promise<AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), "oocana-"));
  const file = join(directory, "oocana");
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  await chmod(file, 0o755);
  const before = process.env.PATH;
  process.env.PATH = [directory, before].join(delimiter);
  return {
    async [Symbol.asyncDispose]() {
      process.env.PATH = before;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
