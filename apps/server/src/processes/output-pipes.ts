import { execFile } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

/** The two pipes that a process prints into, as their reader has them. */
export interface OutputPipes {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** What the process gets as its file descriptors 1 and 2. */
  readonly descriptors: readonly [stdout: number, stderr: number];
  /** Closes the descriptors here, once the process has them: the pipes then end with it and its children. */
  handOver(): void;
}

/**
 * Opens pipes for a process that is about to be started. What Node.js calls pipes are sockets, which Linux does not open by the
 * names `/dev/stdout` and `/dev/stderr`: programs that write there would fail (ENXIO). Resolves with nothing on other systems,
 * and if there is no `mkfifo`.
 */
export async function openOutputPipes(): Promise<OutputPipes | undefined> {
  if (process.platform !== "linux") return undefined;
  const folder = await mkdtemp(join(tmpdir(), "oomol-connect-pipes-")).catch(() => undefined);
  if (folder === undefined) return undefined;
  const paths = [join(folder, "stdout"), join(folder, "stderr")] as const;
  try {
    // Whoever has a descriptor may open it again, as another user too; nobody else comes into the folder.
    await promisify(execFile)("mkfifo", ["-m", "666", ...paths]);
    return openBoth(paths);
  } catch {
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function openBoth([stdout, stderr]: readonly [string, string]): OutputPipes {
  const opened: number[] = [];
  const open = (path: string, flags: number) => {
    const descriptor = openSync(path, flags);
    opened.push(descriptor);
    return descriptor;
  };
  try {
    const ends = [open(stdout, forReading), open(stderr, forReading)] as const;
    const descriptors = [open(stdout, constants.O_WRONLY), open(stderr, constants.O_WRONLY)] as const;
    const read = (fd: number) => new Socket({ fd, readable: true, writable: false });
    return {
      stdout: read(ends[0]),
      stderr: read(ends[1]),
      descriptors,
      handOver() {
        for (const descriptor of descriptors) closeSync(descriptor);
      },
    };
  } catch (error) {
    for (const descriptor of opened) closeSync(descriptor);
    throw error;
  }
}

/** Does not wait for a writer. */
const forReading = constants.O_RDONLY | constants.O_NONBLOCK;
