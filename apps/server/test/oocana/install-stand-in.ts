import { chmod, writeFile } from "node:fs/promises";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";

const programs = {
  oocana: new URL("./stand-in.ts", import.meta.url),
  "raw-executor": new URL("./raw-executor.ts", import.meta.url),
};

/**
 * Puts a stand-in for `oocana`, and an executor that says what it is told, on the `PATH` of this process, until the end of the test.
 * The engine gives an executor five seconds to get ready; tests of other things give it as long as test servers do.
 */
export async function installStandIn({ readyTimeoutMs = 20_000 } = {}): Promise<AsyncDisposable> {
  const folder = await createTemporaryFolder();
  for (const [name, source] of Object.entries(programs)) {
    const program = fileURLToPath(source);
    await writeFile(
      folder.file(name),
      `#!/bin/sh\nSTAND_IN_READY_MS=${readyTimeoutMs} exec '${process.execPath}' '${program}' "$@"\n`,
    );
    await chmod(folder.file(name), 0o755);
  }
  const before = process.env.PATH;
  process.env.PATH = [folder.path, before].join(delimiter);
  return {
    async [Symbol.asyncDispose]() {
      process.env.PATH = before;
      await folder[Symbol.asyncDispose]();
    },
  };
}
