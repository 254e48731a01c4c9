import type { Block } from "@oomol/connect-browser";

/** What a block is called: by its author, or else by its name. */
export function titleOf({ title, name }: Block): string {
  return typeof title === "string" && title.trim() !== "" ? title : titleOfName(name);
}

/** `text-to-audio` as people would write it: `Text to audio`. */
export function titleOfName(name: string): string {
  const words = name.replaceAll(/[-_]+/g, " ").trim();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
