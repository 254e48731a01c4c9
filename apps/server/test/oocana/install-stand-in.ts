import { chmod, writeFile } from "node:fs/promises";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";

const program = fileURLToPath(new URL("./stand-in.ts", import.meta.url));

/** Puts a stand-in for `oocana` on the `PATH` of this process, until the end of the test. */
export async function installStandIn(): Promise<AsyncDisposable> {
  const folder = await createTemporaryFolder();
  const file = folder.file("oocana");
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  await chmod(file, 0o755);
  const before = process.env.PATH;
  process.env.PATH = [folder.path, before].join(delimiter);
  return {
    async [Symbol.asyncDispose]() {
      process.env.PATH = before;
      await folder[Symbol.asyncDispose]();
    },
  };
}
