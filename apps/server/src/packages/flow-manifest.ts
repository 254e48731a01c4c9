import { z } from "zod";
import { isRecord } from "../values.ts";
import { type HandleManifest, handlesSchema, readManifest, wordsSchema } from "./manifest.ts";

const inputSourceSchema = z.looseObject({
  handle: z.string(),
  from_node: z.array(z.unknown()).nullish(),
  from_flow: z.array(z.unknown()).nullish(),
});

const inlineSchema = z.looseObject({ inputs_def: handlesSchema });

const nodeSchema = z.looseObject({
  node_id: z.string(),
  task: z.union([z.string(), inlineSchema]).nullish(),
  subflow: z.string().nullish(),
  service: z.unknown().optional(),
  slot: inlineSchema.nullish(),
  slots: z.unknown().optional(),
  values: z.unknown().optional(),
  inputs_def: handlesSchema,
  inputs_from: z.array(inputSourceSchema).nullish(),
  ignore: z.boolean().nullish(),
});

const flowSchema = z.looseObject({
  nodes: z.array(nodeSchema).nullish(),
  title: wordsSchema,
  description: wordsSchema,
  inputs_def: handlesSchema,
  outputs_def: handlesSchema,
  forward_previews: z.unknown().optional(),
});

type FlowManifest = z.infer<typeof flowSchema>;

/** A node of a flow, as far as callers can give it inputs. */
export interface FlowNode {
  nodeId: string;
  /** The task or subflow that it names, as the manifest has it: `self::shout`. */
  reference?: string;
  /** It runs something whose inputs are declared nowhere that can be read. */
  isOpaque: boolean;
  /** Declared in the flow itself; those of `reference` come on top. */
  inputs: HandleManifest[];
  /** Handles that another node or the flow feeds. */
  connected: string[];
  /** What feeds them. */
  sources: FlowSource[];
  /** Every handle that the flow says something of. */
  named: string[];
  /** What the flow itself gives, by handle. */
  values: Map<string, unknown>;
  hasSlot: boolean;
  /** What fills the slots of its subflow; nodes that an older version has read have none. */
  fills?: SlotFill[];
}

interface SlotFill {
  /** The node of the subflow that is a slot. */
  slotNodeId: string;
  /** The subflow that it names. */
  reference?: string;
}

/** What feeds a handle: any of them will do. */
export interface FlowSource {
  handle: string;
  /** Nodes whose outputs it takes. */
  nodes: string[];
  /** Inputs of the flow. */
  flowInputs: string[];
  /** A constant does. */
  isConstant: boolean;
}

/** Reads `flow.oo.yaml` or `subflow.oo.yaml`; throws an error that names the file and the reason. */
export const readFlowManifest = (file: string): Promise<FlowManifest> => readManifest(file, flowSchema);

/** The nodes that take inputs: ignored ones vanish with their edges, and constants are no nodes to the engine. */
export function nodesOf({ nodes }: FlowManifest): FlowNode[] {
  const present = (nodes ?? []).filter((node) => node.ignore !== true);
  const constants = new Set(present.filter(isConstant).map(({ node_id }) => node_id));
  const ids = new Set(present.map(({ node_id }) => node_id));
  return present
    .filter((node) => !isConstant(node))
    .map(({ node_id, task, subflow, service, slot, slots, inputs_def, inputs_from }) => {
      const reference = typeof task === "string" ? task : (subflow ?? undefined);
      const inline = typeof task === "object" ? task?.inputs_def : slot?.inputs_def;
      const given = inputs_from ?? [];
      const sources = given.map((source) => sourceOf(source, ids, constants)).filter(isFed);
      return {
        nodeId: node_id,
        ...(reference !== undefined && { reference }),
        isOpaque: service != null,
        inputs: [...(inline ?? []), ...(inputs_def ?? [])],
        connected: sources.map(({ handle }) => handle),
        sources,
        values: new Map(
          given.filter((source) => "value" in source).map(({ handle, value }) => [handle, value]),
        ),
        named: given.map(({ handle }) => handle),
        hasSlot: slot != null,
        fills: fillsOf(slots),
      };
    });
}

const isConstant = ({ values }: z.infer<typeof nodeSchema>) => values !== undefined;
const isFed = ({ nodes, flowInputs, isConstant: isFixed }: FlowSource) =>
  isFixed || nodes.length > 0 || flowInputs.length > 0;

function fillsOf(slots: unknown): SlotFill[] {
  return (Array.isArray(slots) ? slots : []).filter(isRecord).flatMap(({ slot_node_id, subflow }) => {
    if (typeof slot_node_id !== "string") return [];
    return [{ slotNodeId: slot_node_id, ...(typeof subflow === "string" && { reference: subflow }) }];
  });
}

function sourceOf(
  { handle, from_node, from_flow }: z.infer<typeof inputSourceSchema>,
  ids: ReadonlySet<string>,
  constants: ReadonlySet<string>,
): FlowSource {
  const named = (edges: unknown[] | null | undefined, key: string) =>
    (edges ?? []).flatMap((edge) => (isRecord(edge) && typeof edge[key] === "string" ? edge[key] : []));
  const nodes = named(from_node, "node_id").filter((id) => ids.has(id));
  return {
    handle,
    nodes: nodes.filter((id) => !constants.has(id)),
    flowInputs: named(from_flow, "input_handle"),
    isConstant: nodes.some((id) => constants.has(id)),
  };
}
