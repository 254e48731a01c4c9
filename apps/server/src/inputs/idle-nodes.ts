import { blockIdOf } from "../packages/block-id.ts";
import type { FlowNode } from "../packages/flow-manifest.ts";
import type { InstalledFlow } from "../packages/read-package.ts";
import type { InputTaker } from "./input-taker.ts";

/** A node that can never run, and the handle that it lacks. */
export interface IdleNode {
  nodeId: string;
  handle: string;
  /** Something is connected to it, but nothing can come from there. */
  isConnected: boolean;
}

/**
 * The nodes that can never run, whatever blocks do: the engine starts a node once each of its handles has a value, says nothing of
 * those that lack one, and ends the flow well (oocana-protocol 7.2). First those that no other such node is the reason of.
 */
export function findIdleNodes(
  { nodes, inputs }: Pick<InstalledFlow, "nodes" | "inputs">,
  takers: ReadonlyMap<string, Pick<InputTaker, "inputs">>,
  given: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
): IdleNode[] {
  const flowInputs = new Set((inputs ?? []).map(({ handle }) => handle));
  const able = new Set<string>();
  const isServed = (node: FlowNode, handle: string, mayRun: (nodeId: string) => boolean) => {
    const sources = node.sources.filter((source) => source.handle === handle);
    if (sources.length === 0) {
      return node.values.has(handle) || given.get(node.nodeId)?.has(handle) === true;
    }
    return sources.some(
      (source) =>
        source.isConstant ||
        source.flowInputs.some((one) => flowInputs.has(one)) ||
        source.nodes.some(mayRun),
    );
  };
  const handlesOf = ({ nodeId, named }: FlowNode) => [
    ...new Set([...named, ...(takers.get(nodeId)?.inputs ?? []).map(({ handle }) => handle)]),
  ];
  let before = -1;
  while (able.size > before) {
    before = able.size;
    for (const node of nodes) {
      if (handlesOf(node).every((handle) => isServed(node, handle, (id) => able.has(id))))
        able.add(node.nodeId);
    }
  }
  const idle = nodes.filter(({ nodeId }) => !able.has(nodeId));
  const lacking = (mayRun: (nodeId: string) => boolean) =>
    idle.flatMap((node) => {
      const handle = handlesOf(node).find((one) => !isServed(node, one, mayRun));
      if (handle === undefined) return [];
      return [{ nodeId: node.nodeId, handle, isConnected: node.connected.includes(handle) }];
    });
  const roots = lacking(() => true);
  // Without any, nodes wait for each other.
  return roots.length > 0 ? roots : lacking((id) => able.has(id));
}

export function explainIdle(flow: InstalledFlow, { nodeId, handle, isConnected }: IdleNode): string {
  const node = `The node "${nodeId}" of ${blockIdOf(flow)} can never run:`;
  if (isConnected) return `${node} nothing that its input "${handle}" is connected to can ever give a value.`;
  return `${node} its input "${handle}" has no value, and nothing is connected to it. Give it one, under the id of the node.`;
}
