import type { NodeInputs } from "../types.ts";

/** The inputs with additional ones for the block itself. */
export function withInputs(
  inputValues: readonly NodeInputs[],
  blockNodeId: string,
  inputs: NodeInputs["inputs"],
): NodeInputs[] {
  if (inputs.length === 0) return [...inputValues];
  const own = inputValues.find(({ nodeId }) => nodeId === blockNodeId);
  const others = inputValues.filter((node) => node !== own);
  return [{ ...own, nodeId: blockNodeId, inputs: [...(own?.inputs ?? []), ...inputs] }, ...others];
}

/** The input of each file, in their order; nothing for those of a list. */
export function inputsOfFiles(
  files: readonly { handle: string | undefined; parts: readonly unknown[] }[],
  nodeId: string,
): ({ nodeId: string; handle: string } | undefined)[] {
  return files.flatMap(({ handle, parts }) =>
    parts.map(() => (handle === undefined ? undefined : { nodeId, handle })),
  );
}
