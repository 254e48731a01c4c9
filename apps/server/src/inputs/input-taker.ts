import { blockIdOf } from "../packages/block-id.ts";
import type { HandleManifest } from "../packages/manifest.ts";
import type { InstalledBlock } from "../packages/read-package.ts";

/** Something with declared inputs: a block, a flow, a node of a flow. */
export interface InputTaker {
  /** For sentences: `pkg::block`. */
  title: string;
  /** Where it is declared, as callers see it. */
  path: string;
  inputs: readonly HandleManifest[];
  /** Handles that are not declared are taken as well. */
  takesOthers: boolean;
}

export function blockAsTaker(block: InstalledBlock): InputTaker {
  return {
    title: blockIdOf(block),
    path: block.path,
    inputs: block.inputs ?? [],
    takesOthers: block.additionalInputs,
  };
}
