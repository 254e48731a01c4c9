import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for what a test builds; `remove` it at the end. */
export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "oomol-connect-tests-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
