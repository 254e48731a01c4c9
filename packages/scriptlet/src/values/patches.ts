import type { InputPatch } from "../wire/messages.ts";

/** The places inside one input that hold secrets, as a tree beside the value (oocana-protocol 3.7). */
export interface PatchNode {
  isSecret: boolean;
  children: Map<string, PatchNode>;
}

/** Joins the patches of one input; paths that lead nowhere simply never meet a value. */
export function createPatchTree(patches: InputPatch[] | undefined): PatchNode | undefined {
  if (patches === undefined) return undefined;
  const root: PatchNode = { isSecret: false, children: new Map() };
  for (const { path, schema } of patches) {
    if (schema?.contentMediaType !== "oomol/secret") continue;
    let node = root;
    for (const step of stepsOf(path)) node = childOf(node, String(step));
    node.isSecret = true;
  }
  return root;
}

function stepsOf(path: InputPatch["path"]): (string | number)[] {
  if (path === undefined || path === null || path === "") return [];
  return Array.isArray(path) ? path : [path];
}

function childOf(node: PatchNode, step: string): PatchNode {
  const child = node.children.get(step) ?? { isSecret: false, children: new Map() };
  node.children.set(step, child);
  return child;
}
