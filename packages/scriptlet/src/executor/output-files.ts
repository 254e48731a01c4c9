import type { Stdio } from "../context/limited-log.ts";

/** Tells which of what a block writes to is a stream of its process, by whatever name. */
export interface OutputFiles {
  /** Of a file descriptor or a path. */
  streamOf(target: unknown): Stdio | undefined;
  /** The descriptor has been opened for the path. */
  opened(descriptor: unknown, path: unknown): void;
  closed(descriptor: unknown): void;
}

const names: Record<string, Stdio> = {
  "/dev/stdout": "stdout",
  "/dev/stderr": "stderr",
  "/dev/fd/1": "stdout",
  "/dev/fd/2": "stderr",
  "/proc/self/fd/1": "stdout",
  "/proc/self/fd/2": "stderr",
};

export function createOutputFiles(): OutputFiles {
  const descriptors = new Map<unknown, Stdio>([
    [1, "stdout"],
    [2, "stderr"],
  ]);
  return {
    streamOf: (target) => named(target) ?? descriptors.get(target),
    opened(descriptor, path) {
      const stream = named(path);
      if (stream !== undefined) descriptors.set(descriptor, stream);
    },
    closed(descriptor) {
      if (descriptor !== 1 && descriptor !== 2) descriptors.delete(descriptor);
    },
  };
}

function named(path: unknown): Stdio | undefined {
  return typeof path === "string" && Object.hasOwn(names, path) ? names[path] : undefined;
}
