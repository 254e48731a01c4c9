/** `PACKAGE::BLOCK`, as callers write it. */
export function blockIdOf(block: { packageName: string; name: string }): string {
  return `${block.packageName}::${block.name}`;
}
