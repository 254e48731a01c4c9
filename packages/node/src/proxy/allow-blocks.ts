import { InvalidInputError } from "@oomol/connect-core";

/**
 * The blocks that may run: their ids, `PACKAGE::*` for every block of a package, or a function that returns `true`. Block ids
 * are always parsed in the same way, so that no spelling slips through a pattern.
 */
export type AllowBlocks = readonly string[] | ((blockId: string) => boolean | Promise<boolean>);

/** `PACKAGE::BLOCK` without separators, dots alone, wildcards or control characters in either part. */
const blockIdPattern =
  /^(?<package>(?:@[^\s:/\\@*\p{Cc}]+\/)?[^\s:/\\@*\p{Cc}]+)::(?<block>[^\s:/\\*\p{Cc}]+)$/u;

/** @throws {InvalidInputError} for a pattern that would never, or always, match. */
export function resolveAllowBlocks(allow: AllowBlocks): (blockId: string) => Promise<boolean> {
  if (typeof allow === "function")
    return async (blockId) => isBlockId(blockId) && (await allow(blockId)) === true;
  if (!Array.isArray(allow)) {
    throw new InvalidInputError("allowBlocks", 'expected a list such as ["audio-lab::*"], or a function.');
  }
  for (const [index, pattern] of allow.entries()) {
    if (isBlockId(String(pattern).replace(/::\*$/, "::any"))) continue;
    throw new InvalidInputError(
      `allowBlocks[${index}]`,
      `expected "PACKAGE::BLOCK" or "PACKAGE::*", got ${JSON.stringify(pattern)}. To allow more, pass a function.`,
    );
  }
  const allowed = new Set<string>(allow);
  return async (blockId) =>
    isBlockId(blockId) && (allowed.has(blockId) || allowed.has(`${packageOfBlock(blockId)}::*`));
}

export function isBlockId(text: string): boolean {
  const parts = blockIdPattern.exec(text)?.groups;
  return parts !== undefined && ![parts.package, parts.block].some((part) => /^\.+$/.test(part ?? ""));
}

export function packageOfBlock(blockId: string): string {
  return blockId.slice(0, blockId.indexOf("::"));
}
