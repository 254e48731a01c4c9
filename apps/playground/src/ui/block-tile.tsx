import type { Block } from "@oomol/connect-browser";
import { titleOf } from "./title-of.ts";

/** A block's initials on a colour of its own, so that the eye finds it again. */
export function BlockTile({ block, isLarge = false }: { block: Block; isLarge?: boolean }) {
  const words = titleOf(block)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const initials = words.slice(0, 2).map((word) => word.slice(0, 1).toUpperCase());
  return (
    <span className={isLarge ? "tile tile-large" : "tile"} data-hue={hueOf(block.name)} aria-hidden="true">
      {initials.join("")}
    </span>
  );
}

const hues = 6;

function hueOf(name: string): number {
  let sum = 7;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9_973;
  return sum % hues;
}
