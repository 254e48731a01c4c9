import { InvalidInputError } from "@oomol/connect-core";

/**
 * The blocks that may run: their ids, `PACKAGE::*` for every block of a package, or a function that returns `true`. Block ids
 * are always parsed in the same way, so that no spelling slips through a pattern.
 */
export type AllowBlocks = readonly string[] | ((blockId: string) => boolean | Promise<boolean>);

/** `PACKAGE::BLOCK` or `PACKAGE::KIND/BLOCK` without dots alone, wildcards or control characters in any part. */
const blockIdPattern =
  /^(?<package>(?:@[^\s:/\\@*\p{Cc}]+\/)?[^\s:/\\@*\p{Cc}]+)::(?<kind>(?:blocks|tasks|subflows|flows)\/)?(?<block>[^\s:/\\*\p{Cc}]+)$/u;

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
      `expected "PACKAGE::BLOCK", an id as the server lists it, or "PACKAGE::*", got ${JSON.stringify(pattern)}. To allow more, pass a function.`,
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

/** `flows/NAME` of an id that says which kind of block it means; such an id may mean what another one does, too. */
export function kindAndNameOf(blockId: string): string | undefined {
  const { kind, block } = blockIdPattern.exec(blockId)?.groups ?? {};
  return kind === undefined ? undefined : `${kind}${block}`;
}

export function packageOfBlock(blockId: string): string {
  return blockId.slice(0, blockId.indexOf("::"));
}
