/** In characters. */
export const longestBlockId = 500;

/** `PACKAGE::BLOCK`, as callers write it. */
export function blockIdOf(block: { packageName: string; name: string }): string {
  return `${block.packageName}::${block.name}`;
}

/** `PACKAGE@VERSION::BLOCK`, as callers write it who want no other version, without the version. */
export function splitVersion(blockId: string): { blockId: string; version: string | undefined } {
  // Whatever a caller sends comes here, so it is not split into what may be millions of pieces.
  const end = blockId.indexOf("::");
  const packageName = end < 0 ? blockId : blockId.slice(0, end);
  const at = packageName.lastIndexOf("@");
  if (at <= 0) return { blockId, version: undefined }; // at its start it is that of a scope
  const block = blockId.slice(packageName.length);
  return { blockId: packageName.slice(0, at) + block, version: packageName.slice(at + 1) };
}
