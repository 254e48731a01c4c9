import { blockNodeId } from "../../inputs/node-inputs.ts";
import { parseYamlDocument } from "../../packages/yaml-document.ts";
import { isRecord } from "../../values.ts";

/** By node and handle; those of the flow itself under `"_"`. */
export type FlowInputs = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * The manifest of a flow that runs by itself, with values where the engine looks for them: in `inputs_from` of a node, and in
 * `inputs_def` of the flow (oocana-protocol 7.2). Nobody is there to take previews that it forwards.
 */
export function flowWithValues(manifest: string, inputs: FlowInputs): string {
  const flow = withRawIntegers(parseYamlDocument(manifest).toJS());
  if (!isRecord(flow)) return manifest;
  const given = new Map(Object.entries(inputs));
  const { forward_previews: _, ...others } = flow;
  const own = given.get(blockNodeId);
  const changed = {
    ...others,
    ...(own && { inputs_def: withValues(flow.inputs_def, own) }),
    nodes: recordsIn(flow.nodes).map((node) => {
      const values = given.get(String(node.node_id));
      return values ? { ...node, inputs_from: withValues(node.inputs_from, values) } : node;
    }),
  };
  return asYaml(JSON.stringify(changed));
}

/** A list of handles with these values; it need not name them. */
function withValues(handles: unknown, values: Readonly<Record<string, unknown>>): object[] {
  const left = new Map(Object.entries(values));
  const listed = recordsIn(handles).map((one) => {
    const handle = String(one.handle);
    return left.has(handle) ? { ...one, value: take(left, handle) } : one;
  });
  return [...listed, ...[...left].map(([handle, value]) => ({ handle, value }))];
}

function take(values: Map<string, unknown>, handle: string): unknown {
  const value = values.get(handle);
  values.delete(handle);
  return value;
}

const recordsIn = (list: unknown) => (Array.isArray(list) ? list : []).filter(isRecord);

/** Cast: TypeScript does not know it yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** Whole numbers of a manifest are bigints, which JSON has as they are, but not `JSON.stringify`. */
function withRawIntegers(value: unknown): unknown {
  if (typeof value === "bigint") return rawJSON(String(value));
  if (Array.isArray(value)) return value.map(withRawIntegers);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withRawIntegers(inner)]));
}

/** JSON is YAML, but for characters that YAML takes only as escapes. */
function asYaml(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
