/** `PACKAGE::BLOCK`, as callers write it. */
export function blockIdOf(block: { packageName: string; name: string }): string {
  return `${block.packageName}::${block.name}`;
}

/** `PACKAGE@VERSION::BLOCK`, as callers write it who want no other version, without the version. */
export function splitVersion(blockId: string): { blockId: string; version: string | undefined } {
  const [packageName = "", ...rest] = blockId.split("::");
  const at = packageName.lastIndexOf("@");
  if (at <= 0) return { blockId, version: undefined }; // at its start it is that of a scope
  const version = packageName.slice(at + 1);
  return { blockId: [packageName.slice(0, at), ...rest].join("::"), version };
}
