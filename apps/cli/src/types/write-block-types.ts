import type { Block, BlockHandle } from "@oomol/connect-node";
import { fileInputOf, readSchema } from "@oomol/connect-schemas";
import { descriptionOf } from "@oomol/connect-shared/words-of-block";
import { blockOf, commentOf, memberOf, typeOfSchema } from "./type-of-schema.ts";

/**
 * A module with the inputs and outputs of each block, for the compiler: it augments the `BlockRegistry` of the client, under
 * the name of the package that the project has installed. If it is strict, ids of other blocks do not compile.
 */
export function writeBlockTypes(blocks: readonly Block[], clientPackage: string, isStrict = false): string {
  const definitions = new Map<string, string>();
  const members = blocks.map((block) => {
    const types = blockOf([
      `inputs: ${handlesType(block, block.inputs ?? [], mayBeMissing, definitions)};`,
      `outputs: ${handlesType(block, block.outputs ?? [], () => false, definitions)};`,
    ]);
    return `${commentOf({ description: descriptionOf(block) })}${memberOf(block.blockId, types)}`;
  });
  const named = [...definitions].map(([name, type]) => `type ${name} = ${type};`);
  const settings = isStrict ? [`interface BlockRegistrySettings ${blockOf(["isStrict: true;"])}`] : [];
  const body = [`interface BlockRegistry ${blockOf(members)}`, ...settings, ...named].join("\n\n");
  return `// Written by \`oomol-connect types\`: the inputs and outputs of each block.
import "${clientPackage}";

declare module "${clientPackage}" ${blockOf([body])}
`;
}

/** Inputs with a default, that may be null, or that are given as a file. */
function mayBeMissing(input: BlockHandle): boolean {
  const hasDefault = Object.hasOwn(input, "value") || input.nullable === true;
  return hasDefault || fileInputOf(input.json_schema) !== undefined;
}

function handlesType(
  { blockId }: Block,
  handles: readonly BlockHandle[],
  mayBeMissing: (handle: BlockHandle) => boolean,
  definitions: Map<string, string>,
): string {
  const members = handles.map((handle) => {
    const type = handleType(handle, `${blockId} ${handle.handle}`, definitions);
    return `${commentOf(handle)}${memberOf(handle.handle, type, mayBeMissing(handle))}`;
  });
  return members.length === 0 ? "{}" : blockOf(members);
}

/** A schema that cannot be used says nothing. */
function handleType(
  { json_schema, nullable }: BlockHandle,
  place: string,
  definitions: Map<string, string>,
): string {
  const reading = readSchema(json_schema ?? true, {
    prefix: freePrefix(place, definitions),
    annotations: ["description"],
  });
  if ("unusable" in reading) return "unknown";
  const nameOf = (reference: string) => reference.replace("#/$defs/", "");
  for (const [name, schema] of Object.entries(reading.definitions)) {
    definitions.set(name, typeOfSchema(schema, nameOf));
  }
  const type = typeOfSchema(reading.schema, nameOf);
  return nullable && type !== "unknown" ? `${type} | null` : type;
}

/** `FxTreeV` of `fx::tree v`, or the same with lines below it. */
function freePrefix(place: string, definitions: ReadonlyMap<string, string>): string {
  const words = place.split(/[^A-Za-z0-9]+/).filter(Boolean);
  let prefix = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
  if (!/^[A-Z]/.test(prefix)) prefix = `_${prefix}`;
  while (definitions.has(`${prefix}1`)) prefix += "_";
  return prefix;
}
