import { InvalidInputError } from "../errors/index.ts";
import type { UploadPart } from "../transport/transport.ts";
import type { BlockHandle, NodeInputs, ServerBlock } from "../types.ts";
import { asksForFiles, isList } from "./file-input.ts";
import type { TakenFiles } from "./take-files.ts";
import { withInputs } from "./with-inputs.ts";

/** A form whose files reach the inputs that they were given for. */
export interface OrderedFiles {
  parts: UploadPart[];
  inputValues: NodeInputs[];
}

export interface FilesByHandle {
  /** The node that stands for the block itself. */
  blockNodeId: string;
  inputValues: readonly NodeInputs[];
  files: readonly TakenFiles[];
}

/**
 * Orders files that were given by input: a server assigns them, one after the other, to the inputs for files that have no
 * value (connect-api 3). An input that gets no file is therefore sent with its default, or null.
 *
 * @throws {@link InvalidInputError} if no order brings each file to its input.
 */
export function orderFiles(
  block: ServerBlock | undefined,
  { blockNodeId, inputValues, files }: FilesByHandle,
): OrderedFiles {
  if (!block) {
    const advice = "Pass `files` as a list, in the order of the block's inputs.";
    throw new InvalidInputError("files", `the server does not list the block, nor its inputs. ${advice}`);
  }
  const own = inputValues.find(({ nodeId }) => nodeId === blockNodeId)?.inputs ?? [];
  const given = new Set(own.map(({ handle }) => handle));
  const byHandle = new Map(files.map(({ handle = "", parts }) => [handle, parts]));
  const declared = (block.inputs ?? []).filter(asksForFiles);
  for (const handle of byHandle.keys()) checkHandle(handle, declared, given);
  const parts: UploadPart[] = [];
  const settled: NodeInputs["inputs"] = [];
  const lists: string[] = [];
  for (const input of declared) {
    const { handle } = input;
    if (given.has(handle)) continue;
    const own = byHandle.get(handle);
    if (own && isList(input)) lists.push(handle);
    if (own && !isList(input) && own.length !== 1)
      throw new InvalidInputError(`files.${handle}`, `the input takes one file, got ${own.length}.`);
    if (own) parts.push(...own);
    else settled.push({ handle, value: valueWithoutFile(input) });
  }
  if (lists.length > 1) {
    const reason = "a server cannot tell where the first ends. Upload files for one of them.";
    throw new InvalidInputError("files", `${lists.join(" and ")} take any number of files: ${reason}`);
  }
  return { parts, inputValues: withInputs(inputValues, blockNodeId, settled) };
}

function checkHandle(handle: string, declared: readonly BlockHandle[], given: ReadonlySet<string>): void {
  const place = `files.${handle}`;
  if (given.has(handle))
    throw new InvalidInputError(place, "the input has a value in `inputValues` already.");
  if (declared.some((input) => input.handle === handle)) return;
  const names = declared.map((input) => `"${input.handle}"`).join(", ");
  throw new InvalidInputError(
    place,
    `the block takes ${names === "" ? "no files" : `files for ${names} alone`}.`,
  );
}

function valueWithoutFile({ handle, value, nullable }: BlockHandle): unknown {
  if (value !== undefined) return value;
  if (nullable === true) return null;
  throw new InvalidInputError(`files.${handle}`, "the block needs a file, or a value, for this input.");
}
