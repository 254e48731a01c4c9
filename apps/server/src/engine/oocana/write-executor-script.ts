import { createHash, randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ExecutorCommand } from "../../processes/find-executor.ts";

/**
 * Writes a program that starts an executor, for those who look it up on the `PATH`; answers the folder it is in, which
 * is the same for the same command. The program replaces itself by the executor: the engine signals only what it started. The
 * executor has the user's own home, not that of the engine.
 */
export async function writeExecutorScript(
  directory: string,
  name: string,
  { file, args }: ExecutorCommand,
): Promise<string> {
  const words = [file, ...args];
  const home = homedir();
  const folder = join(
    directory,
    createHash("sha256")
      .update(JSON.stringify([home, ...words]))
      .digest("hex")
      .slice(0, 16),
  );
  await mkdir(folder, { recursive: true });
  const isWindows = process.platform === "win32";
  const draft = join(folder, randomUUID());
  await writeFile(draft, isWindows ? batchOf(words) : shellOf(words, home), { mode: 0o755 });
  // A file that is being written cannot be started.
  await rename(draft, join(folder, isWindows ? `${name}.cmd` : name));
  return folder;
}

function shellOf(words: readonly string[], home: string): string {
  const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
  return `#!/bin/sh\nHOME=${quote(home)} exec ${words.map(quote).join(" ")} "$@"\n`;
}

function batchOf(words: readonly string[]): string {
  const quoted = words.map((word) => `"${word.replaceAll("%", "%%")}"`);
  return `@${quoted.join(" ")} %*\r\n`;
}
