import { z } from "zod";
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
  /** What the flow itself gives, by handle. */
  values: Map<string, unknown>;
  hasSlot: boolean;
}

/** Reads `flow.oo.yaml` or `subflow.oo.yaml`; throws an error that names the file and the reason. */
export const readFlowManifest = (file: string): Promise<FlowManifest> => readManifest(file, flowSchema);

/** The nodes that take inputs: ignored ones vanish, and constants are no nodes to the engine. */
export function nodesOf({ nodes }: FlowManifest): FlowNode[] {
  return (nodes ?? [])
    .filter((node) => node.ignore !== true && node.values === undefined)
    .map(({ node_id, task, subflow, service, slot, inputs_def, inputs_from }) => {
      const reference = typeof task === "string" ? task : (subflow ?? undefined);
      const inline = typeof task === "object" ? task?.inputs_def : slot?.inputs_def;
      const sources = inputs_from ?? [];
      return {
        nodeId: node_id,
        ...(reference !== undefined && { reference }),
        isOpaque: service != null,
        inputs: [...(inline ?? []), ...(inputs_def ?? [])],
        connected: sources.filter(isConnected).map(({ handle }) => handle),
        values: new Map(
          sources.filter((source) => "value" in source).map(({ handle, value }) => [handle, value]),
        ),
        hasSlot: slot != null,
      };
    });
}

function isConnected({ from_node, from_flow }: z.infer<typeof inputSourceSchema>): boolean {
  return (from_node?.length ?? 0) > 0 || (from_flow?.length ?? 0) > 0;
}
