import { blockIdOf } from "../packages/block-id.ts";
import type { InstalledBlock } from "../packages/read-package.ts";
import { Refusal } from "../refusal.ts";
import { quoteList } from "../values.ts";
import { assignFiles } from "./assign-files.ts";
import { checkInputs } from "./check-inputs.ts";
import type { NodeInputs } from "./node-inputs.ts";

/** The node that stands for the block itself. */
const blockNodeId = "_";

/**
 * Turns what a caller sent into the complete inputs of a block: files placed, defaults filled in, every value checked.
 * Throws a {@link Refusal} with status 400 that names the handle.
 */
export function prepareInputs(
  block: InstalledBlock,
  nodes: NodeInputs,
  files: readonly string[],
): Record<string, unknown> {
  const given = collectGiven(block, nodes);
  assignFiles(block, given, files);
  checkInputs(block, given); // before the defaults: those are the author's to decide
  fillDefaults(block, given);
  return Object.fromEntries(given);
}

function collectGiven(block: InstalledBlock, nodes: NodeInputs): Map<string, unknown> {
  const given = new Map<string, unknown>();
  for (const node of nodes) {
    if (node.nodeId !== blockNodeId) {
      throw new Refusal(
        400,
        `${blockIdOf(block)} is a block, so its inputs belong to the node "${blockNodeId}"; there is no node "${node.nodeId}".`,
      );
    }
    for (const { handle, value } of node.inputs) given.set(handle, value);
  }
  const declared = (block.inputs ?? []).map((input) => input.handle);
  const unknown = [...given.keys()].filter((handle) => !declared.includes(handle));
  if (unknown.length > 0 && !block.additionalInputs) {
    const offered = declared.length === 0 ? "it takes none" : `it takes ${quoteList(declared)}`;
    throw new Refusal(400, `${blockIdOf(block)} has no input ${quoteList(unknown)}; ${offered}.`);
  }
  return given;
}

function fillDefaults(block: InstalledBlock, given: Map<string, unknown>): void {
  const missing: string[] = [];
  for (const input of block.inputs ?? []) {
    if (given.has(input.handle)) continue;
    // A key `value` with nothing behind it is an explicit null.
    if (Object.hasOwn(input, "value")) given.set(input.handle, structuredClone(input.value));
    else if (input.nullable) given.set(input.handle, null);
    else missing.push(input.handle);
  }
  if (missing.length > 0) {
    throw new Refusal(400, `${blockIdOf(block)} needs the input ${quoteList(missing)}, which was not given.`);
  }
}
