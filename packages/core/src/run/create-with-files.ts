import type { HttpCall } from "../http/http-call.ts";
import type { UploadProgress } from "../transport/upload-progress.ts";
import type { ServerBlock } from "../types.ts";
import type { Clock } from "../waiting/delay.ts";
import { type FilesByHandle, orderFiles, withInputs } from "./order-files.ts";

type Body = Pick<HttpCall, "json" | "upload" | "onBytesSent">;

export interface FilesRequest<Answer> extends FilesByHandle {
  blockId: string;
  onUploadProgress: ((progress: UploadProgress) => void) | undefined;
  clock: Clock;
  /** Asks the server for its blocks; only the order of files that were given by input needs them. */
  listBlocks(): Promise<{ blocks: (ServerBlock & { blockId: string })[] }>;
  post(body: Body): Promise<Answer>;
}

/**
 * Creates a task with files: by a form, or by JSON if there are none after all.
 *
 * @throws `InvalidInputError` if files that were given by input cannot reach their inputs.
 */
export async function createWithFiles<Answer>(request: FilesRequest<Answer>): Promise<Answer> {
  const { post, onUploadProgress, clock } = request;
  const body = await bodyOf(request);
  if (!body.upload || !onUploadProgress) return post(body);
  // Loaded only for a progress callback; the sources have been read before.
  const { trackUpload } = await import("../transport/upload-progress.ts");
  const { accepted, ...tracked } = trackUpload(body.upload, clock, onUploadProgress);
  const answer = await post(tracked);
  accepted();
  return answer;
}

async function bodyOf(request: FilesRequest<unknown>): Promise<Body> {
  const { blockId, blockNodeId, inputValues, files, listBlocks } = request;
  const empty = files.flatMap(({ handle, parts }) =>
    handle !== undefined && parts.length === 0 ? [{ handle, value: [] }] : [],
  );
  const given = withInputs(inputValues, blockNodeId, empty);
  const filled = files.filter(({ parts }) => parts.length > 0);
  if (filled.length === 0) return { json: { manifest: blockId, inputValues: given } };
  const isByInput = filled.some(({ handle }) => handle !== undefined);
  const block = isByInput
    ? (await listBlocks()).blocks.find((listed) => listed.blockId === blockId)
    : undefined;
  const ordered = isByInput
    ? orderFiles(block, { blockNodeId, inputValues: given, files: filled })
    : { parts: filled.flatMap(({ parts }) => parts), inputValues: given };
  const fields = [
    ["manifest", blockId],
    ["inputValues", JSON.stringify(ordered.inputValues)],
  ] as const;
  return { upload: { fields, parts: ordered.parts } };
}
