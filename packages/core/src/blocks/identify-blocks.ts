import type { Block, ServerBlock } from "../types.ts";
import { compareVersions, versionFromPath } from "../versions.ts";

/** Adds what tells blocks apart. */
export function identify(block: ServerBlock): Block {
  const { package: packageName, name, path } = block;
  return { ...block, blockId: `${packageName}::${name}`, version: versionFromPath(path, packageName) };
}

/** The newest version of each block, by semver precedence. */
export function newestOfEach(blocks: Block[]): Block[] {
  const newest = new Map<string, Block>();
  for (const block of blocks) {
    const known = newest.get(block.blockId);
    if (!known || compareVersions(block.version, known.version) > 0) newest.set(block.blockId, block);
  }
  return [...newest.values()];
}
