import type { HttpCall } from "../http/http-call.ts";
import type { UploadPart } from "../transport/transport.ts";
import type { UploadProgress } from "../transport/upload-progress.ts";
import type { NodeInputs, ServerBlock, TaskWebhook } from "../types.ts";
import type { Clock } from "../waiting/delay.ts";
import type { FilesByHandle } from "./order-files.ts";
import { withInputs } from "./with-inputs.ts";

type Body = Pick<HttpCall, "json" | "upload" | "onBytesSent">;

export interface FilesRequest<Answer> extends FilesByHandle {
  blockId: string;
  webhook?: TaskWebhook | undefined;
  onUploadProgress: ((progress: UploadProgress) => void) | undefined;
  clock: Clock;
  /** Whether the server takes the input of each file, as far as is known. */
  takesFileInputs(): boolean;
  /** Asks the server for its blocks; only the order of files for a server that does not take their inputs needs them. */
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
  const { blockId, blockNodeId, inputValues, files, webhook, takesFileInputs, listBlocks } = request;
  const empty = files.flatMap(({ handle, parts }) =>
    handle !== undefined && parts.length === 0 ? [{ handle, value: [] }] : [],
  );
  const given = withInputs(inputValues, blockNodeId, empty);
  const filled = files.filter(({ parts }) => parts.length > 0);
  if (filled.length === 0) return { json: { manifest: blockId, inputValues: given, webhook } };
  const form = (values: readonly NodeInputs[], parts: readonly UploadPart[], fileInputs?: object): Body => {
    const fields: [name: string, value: string][] = [
      ["manifest", blockId],
      ["inputValues", JSON.stringify(values)],
    ];
    if (fileInputs) fields.push(["fileInputs", JSON.stringify(fileInputs)]);
    if (webhook) fields.push(["webhook", JSON.stringify(webhook)]);
    return { upload: { fields, parts } };
  };
  const parts = filled.flatMap((one) => one.parts);
  if (!filled.some(({ handle }) => handle !== undefined)) return form(given, parts);
  // The first answer of a server tells what it takes, if this is not the first call.
  const blocks = takesFileInputs() ? [] : (await listBlocks()).blocks;
  if (takesFileInputs()) {
    const fileInputs = filled.flatMap(({ handle, parts }) =>
      parts.map(() => ({ nodeId: blockNodeId, handle })),
    );
    return form(given, parts, fileInputs);
  }
  const block = blocks.find((listed) => listed.blockId === blockId);
  const { orderFiles } = await import("./order-files.ts");
  const ordered = orderFiles(block, { blockNodeId, inputValues: given, files: filled });
  return form(ordered.inputValues, ordered.parts);
}
