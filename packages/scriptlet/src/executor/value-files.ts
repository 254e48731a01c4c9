import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { JobFiles, Secrets, VariableStore } from "../values/value-stores.ts";

/** The files of one job: binaries in the session's folder, preview tables in the flow's (oocana-protocol 4). */
export function createJobFiles(options: {
  sessionDir: string;
  tmpDir: string;
  sessionId: string;
  jobId: string;
}): JobFiles {
  const { sessionDir, tmpDir, sessionId, jobId } = options;
  return {
    async writeBinary(handle, bytes, extension = "") {
      const folder = join(sessionDir, "binary", asFileName(sessionId), asFileName(jobId));
      await mkdir(folder, { recursive: true });
      // A unique name: the consumer of an earlier output may not have read yet (oocana-protocol 9.2 #17).
      const path = join(folder, `${asFileName(handle)}-${crypto.randomUUID()}${extension}`);
      try {
        await writeFile(path, bytes);
      } catch (error) {
        // Half a file is not an output.
        await rm(path, { force: true });
        throw error;
      }
      return path;
    },
    readBinary: (path) => readFile(path),
    async writeCsv(pieces) {
      const folder = join(tmpDir, asFileName(jobId));
      await mkdir(folder, { recursive: true });
      const path = join(folder, `${crypto.randomUUID()}.csv`);
      await writeFile(path, pieces);
      return path;
    },
  };
}

/** Reads the user's secrets (oocana-protocol 3.4); undefined if there are none that can be read. */
export async function readSecrets(): Promise<Secrets | undefined> {
  try {
    const path = join(homedir(), "app-config", "oomol-secrets", "secrets.json");
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    // Entries are checked when they are looked up.
    return typeof value === "object" && value !== null ? (value as Secrets) : undefined;
  } catch {
    return undefined;
  }
}

/** Holds variables for the life of the process: a later block may still ask for them. */
export function createVariableStore(): VariableStore {
  const values = new Map<string, { value: unknown }>();
  return {
    set: (key, value) => void values.set(key, { value }),
    get: (key) => values.get(key),
  };
}

/** Names come from manifests and callers: no name may leave the folder. */
function asFileName(name: string): string {
  return (
    name
      .replaceAll(/[^\p{L}\p{N}._-]/gu, "_")
      .replace(/^\.+/, "_")
      .slice(0, 80) || "_"
  );
}
