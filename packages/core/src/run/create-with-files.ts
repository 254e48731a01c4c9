import type { Upload, UploadPart } from "../transport/transport.ts";
import type { NodeInputs } from "../types.ts";
import type { FilesRequest } from "./files-request.ts";
import { inputsOfFiles, withInputs } from "./with-inputs.ts";

/**
 * Creates a task with files: after uploads that resume if the server takes these and the files are large, by a form, or by JSON if there
 * are no files after all.
 *
 * @throws `InvalidInputError` if files that were given by input cannot reach their inputs.
 */
export async function createWithFiles<Answer>(given: FilesRequest<Answer>): Promise<Answer> {
  const { blockId, blockNodeId, webhook, post, onUploadProgress } = given;
  const empty = given.files.flatMap(({ handle, parts }) =>
    handle !== undefined && parts.length === 0 ? [{ handle, value: [] }] : [],
  );
  const inputValues = withInputs(given.inputValues, blockNodeId, empty);
  const request = { ...given, inputValues, files: given.files.filter(({ parts }) => parts.length > 0) };
  if (request.files.length === 0) return post({ json: { manifest: blockId, inputValues, webhook } });
  if (mayResume(request)) {
    const { createWithUploads } = await import("./own-uploads.ts");
    const created = await createWithUploads(request);
    if (created) return created.answer;
  }
  const upload = await formOf(request);
  if (!onUploadProgress) return post({ upload });
  // Loaded only for a progress callback; the sources have been read before.
  const { trackUpload } = await import("../transport/upload-progress.ts");
  const { accepted, ...tracked } = trackUpload(upload, given.client.clock, onUploadProgress);
  const answer = await post(tracked);
  accepted();
  return answer;
}

/** Whether a form may not be the best way: for large files, or an upload that was started by hand. */
function mayResume({ files, client }: FilesRequest<unknown>): boolean {
  const parts = files.flatMap((one) => one.parts);
  const bytes = parts.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  return bytes > client.resumableAboveBytes || parts.some(({ sent }) => sent);
}

/** A form with the files in an order, or with names, by which they reach their inputs. */
async function formOf(request: FilesRequest<unknown>): Promise<Upload> {
  const { blockId, blockNodeId, inputValues, files, webhook, http, listBlocks } = request;
  const form = (values: readonly NodeInputs[], parts: readonly UploadPart[], fileInputs?: object): Upload => {
    const fields: [name: string, value: string][] = [
      ["manifest", blockId],
      ["inputValues", JSON.stringify(values)],
    ];
    if (fileInputs) fields.push(["fileInputs", JSON.stringify(fileInputs)]);
    if (webhook) fields.push(["webhook", JSON.stringify(webhook)]);
    return { fields, parts };
  };
  const parts = files.flatMap((one) => one.parts);
  if (!files.some(({ handle }) => handle !== undefined)) return form(inputValues, parts);
  const takesFileInputs = () => http.extensions.has("files-by-input");
  // The first answer of a server tells what it takes, if this is not the first call.
  const blocks = takesFileInputs() ? [] : (await listBlocks()).blocks;
  if (takesFileInputs()) return form(inputValues, parts, inputsOfFiles(files, blockNodeId));
  const block = blocks.find((listed) => listed.blockId === blockId);
  const { orderFiles } = await import("./order-files.ts");
  const ordered = orderFiles(block, { blockNodeId, inputValues, files });
  return form(ordered.inputValues, ordered.parts);
}
