import { writeFile } from "node:fs/promises";
import { UsageError } from "../exit-codes.ts";
import { findPackage } from "../new/find-package.ts";
import { requireFolder } from "../require-folder.ts";
import { compareHandles, type HandleDifference, writeHandles } from "./compare-handles.ts";
import { describedBlock } from "./described-block.ts";
import { findBlocks } from "./find-blocks.ts";

export interface SyncedManifest {
  /** `tasks/BLOCK` */
  block: string;
  /** Absolute. */
  file: string;
  /** `plain`: not made by `defineBlock`, so there is nothing to compare. */
  state: "same" | "differs" | "written" | "plain";
  /** Before anything was written. */
  differences: HandleDifference[];
}

/**
 * Compares the manifests of a package with what `defineBlock` says in the code, and writes them anew unless `isCheck`.
 *
 * @throws {@link UsageError} for a folder that is not there or in no package, and for code or manifests that cannot be read.
 */
export async function syncManifests(directory: string, isCheck: boolean): Promise<SyncedManifest[]> {
  await requireFolder(directory, "name the folder of a package, or one in it");
  const found = await findPackage(directory);
  if (!found) throw new UsageError(`${directory} is in no package: there is no package.oo.yaml.`);
  const synced: SyncedManifest[] = [];
  for (const block of await findBlocks(found.directory)) {
    const { id, file, document } = block;
    const described = await describedBlock(block);
    const differences = described ? compareHandles(document, described) : [];
    const state = !described ? "plain" : differences.length === 0 ? "same" : isCheck ? "differs" : "written";
    if (described && state === "written") {
      writeHandles(document, described);
      await writeFile(file, document.toString({ lineWidth: 120 }));
    }
    synced.push({ block: id, file, state, differences });
  }
  return synced;
}
