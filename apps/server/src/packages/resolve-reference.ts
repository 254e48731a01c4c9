import { longestBlockId } from "./block-id.ts";
import { readPackageManifest } from "./manifest.ts";
import type { BlockFinder } from "./package-catalog.ts";
import { findManifest, type Runnable } from "./read-package.ts";

/**
 * What a manifest or a running block means by `self::NAME` or `PACKAGE::NAME` (oocana-protocol 7.3): the same
 * version of its own package, or the version of another that its package depends on, the newest if it names none.
 * Throws if there is no such thing.
 */
export async function resolveReference(
  reference: string,
  from: Pick<Runnable, "packageName" | "packageVersion" | "packageDirectory">,
  catalog: BlockFinder,
): Promise<Runnable> {
  const shown = reference.slice(0, longestBlockId);
  const [packageName = "", name = "", ...rest] = shown.split("::");
  if (packageName === "" || name === "" || rest.length > 0 || shown !== reference) {
    throw new Error(`"${shown}" must be written as self::BLOCK or PACKAGE::BLOCK`);
  }
  if (packageName === "self" || packageName === from.packageName) {
    return catalog.find(`${from.packageName}::${name}`, from.packageVersion);
  }
  const manifestFile = await findManifest(from.packageDirectory, "package");
  const { dependencies } = manifestFile === undefined ? {} : await readPackageManifest(manifestFile);
  return catalog.find(`${packageName}::${name}`, dependencies?.[packageName]);
}
