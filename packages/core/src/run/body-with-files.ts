import type { HttpCall } from "../http/http.ts";
import type { ServerBlock } from "../types.ts";
import { type FilesByHandle, orderFiles, withInputs } from "./order-files.ts";

export interface FilesRequest extends FilesByHandle {
  blockId: string;
  /** Asks the server for the block; only an order of files needs it. */
  findBlock(): Promise<ServerBlock | undefined>;
}

/**
 * The body of a task's creation with files: a form, or JSON where there are none after all.
 *
 * @throws `InvalidInputError` where files that were given by input cannot reach theirs.
 */
export async function bodyWithFiles({
  blockId,
  blockNodeId,
  inputValues,
  files,
  findBlock,
}: FilesRequest): Promise<Pick<HttpCall, "json" | "upload">> {
  const empty = files.flatMap(({ handle, parts }) =>
    handle !== undefined && parts.length === 0 ? [{ handle, value: [] }] : [],
  );
  const given = withInputs(inputValues, blockNodeId, empty);
  const filled = files.filter(({ parts }) => parts.length > 0);
  if (filled.length === 0) return { json: { manifest: blockId, inputValues: given } };
  const isList = filled.every(({ handle }) => handle === undefined);
  const ordered = isList
    ? { parts: filled.flatMap(({ parts }) => parts), inputValues: given }
    : orderFiles(await findBlock(), { blockNodeId, inputValues: given, files: filled });
  const fields = [
    ["manifest", blockId],
    ["inputValues", JSON.stringify(ordered.inputValues)],
  ] as const;
  return { upload: { fields, parts: ordered.parts } };
}
