import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";

const descriptors = "/proc/self/fd";

/** How often this process has the file open; `undefined` where the system does not tell. */
export function openCount(path: string): number | undefined {
  if (!existsSync(descriptors)) return undefined;
  return readdirSync(descriptors).filter((descriptor) => linkOf(descriptor) === path).length;
}

function linkOf(descriptor: string): string | undefined {
  try {
    return readlinkSync(join(descriptors, descriptor));
  } catch {
    // Closed since it was listed.
    return undefined;
  }
}
