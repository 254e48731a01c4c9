import type { Drafts } from "./draft.ts";

/** What stands in the forms of blocks, files included, until the page is left: other blocks are looked at meanwhile. */
export const keptDrafts = new Map<string, Drafts>();
