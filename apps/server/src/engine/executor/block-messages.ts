import type { BlockInputs, BlockPayload, HandleDefs } from "@oomol/scriptlet/wire";
import { JsonText } from "../../json-text.ts";
import type { HandleManifest } from "../../packages/manifest.ts";
import { isRecord } from "../../values.ts";
import type { Job } from "./job.ts";
import type { Executor } from "./start-executor.ts";

/** What offers a job to an executor (oocana-protocol 2.2). */
export function blockPayload(
  { identifier, place, channel }: Pick<Executor, "identifier" | "place" | "channel">,
  {
    id,
    block: { executor, directory, outputs },
    stacks,
    span,
  }: Pick<Job, "id" | "block" | "stacks" | "span">,
): Omit<BlockPayload, "outputs"> & { outputs?: JsonText } {
  return {
    type: "BlockPayload",
    session_id: place.id,
    executor_name: executor.name,
    job_id: id,
    stacks: [...stacks],
    dir: directory,
    executor,
    ...(outputs && { outputs: writtenDefsOf(outputs) }),
    identifier,
    // Those of others do not know it.
    ...(channel && span.context && { trace: span.context }),
  };
}

/** What a job that is ready gets; `null` stands for no inputs. */
export function blockInputs(
  sessionId: string,
  { id, block: { inputs: declared, manifestFile }, stacks }: Job,
  inputs: Job["inputs"] | null,
): Omit<BlockInputs, "inputs" | "inputs_def"> & {
  inputs: Job["inputs"] | null;
  inputs_def: JsonText | null;
} {
  return {
    type: "BlockInputs",
    session_id: sessionId,
    job_id: id,
    stacks: [...stacks],
    block_path: manifestFile,
    inputs: inputs === null || isEmpty(inputs) ? null : inputs,
    inputs_def: declared && declared.length > 0 ? writtenDefsOf(declared) : null,
    inputs_def_patch: null,
  };
}

function isEmpty(inputs: Job["inputs"]): boolean {
  return inputs instanceof JsonText ? inputs.json === "{}" : Object.keys(inputs).length === 0;
}

/** They change only with the block, and can be large: written once for all its jobs. */
const written = new WeakMap<readonly HandleManifest[], JsonText>();

function writtenDefsOf(handles: readonly HandleManifest[]): JsonText {
  const known = written.get(handles) ?? new JsonText(JSON.stringify(defsOf(handles)));
  written.set(handles, known);
  return known;
}

/** By handle; a nullable input without a value has null, as in the engine. */
export function defsOf(handles: readonly HandleManifest[]): HandleDefs {
  const entries = handles.map((def) => {
    const withNull = def.nullable && !Object.hasOwn(def, "value") ? { value: null } : {};
    const { description, json_schema, nullable, ...others } = def;
    const known = {
      ...(description != null && { description }),
      ...(isRecord(json_schema) && { json_schema }),
      ...(nullable != null && { nullable }),
    };
    return [def.handle, { ...others, ...known, ...withNull }] as const;
  });
  return Object.fromEntries(entries);
}
