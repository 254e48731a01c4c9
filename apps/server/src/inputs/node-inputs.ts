import type { DataOf, nodeInputsSchema } from "@oomol/connect-core/wire";

/** Inputs as they travel: a list of nodes, each with the values of its handles. */
export type NodeInputs = DataOf<typeof nodeInputsSchema>;

/** The node that stands for the block, or for the flow as a whole. */
export const blockNodeId = "_";
