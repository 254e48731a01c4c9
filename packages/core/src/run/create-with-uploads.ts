import { ApiError, InvalidInputError } from "../errors/index.ts";
import { isTransient } from "../http/with-retries.ts";
import { avoidUploads, mayUpload } from "../uploads/choose-way.ts";
import { FileUpload, isResumable } from "../uploads/file-upload.ts";
import { trackFiles } from "../uploads/track-files.ts";
import type { FilesRequest } from "./files-request.ts";
import { inputsOfFiles } from "./with-inputs.ts";

/**
 * Sends files one after the other, each by an upload that resumes, and then creates the task that takes them (connect-api 6.12). If a
 * form is better, or the server takes no uploads, it sends nothing and gives `undefined`.
 */
export async function createWithUploads<Answer>(
  request: FilesRequest<Answer>,
): Promise<{ answer: Answer } | undefined> {
  const { http, call } = request;
  const own: FileUpload[] = [];
  const creating = sendAndCreate(request, own);
  const leave = async (failure: unknown) => {
    // No task takes them. A server that is out of reach hears nothing, and forgets them in time.
    if (call.signal?.aborted || !isTransient(failure)) await Promise.all(own.map((one) => one.abandon()));
  };
  const left = () => http.inBackground(creating.then(() => undefined, leave));
  // At once: the request in flight ends a little later, and whoever closes the client meanwhile is to wait for that.
  call.signal?.addEventListener("abort", left, { once: true });
  try {
    return await creating;
  } catch (failure) {
    if (!call.signal?.aborted) left();
    throw failure;
  } finally {
    call.signal?.removeEventListener("abort", left);
  }
}

async function sendAndCreate<Answer>(
  request: FilesRequest<Answer>,
  own: FileUpload[],
): Promise<{ answer: Answer } | undefined> {
  const { files, blockId, blockNodeId, inputValues, webhook, http, client, call, onUploadProgress, post } =
    request;
  const parts = files.flatMap((one) => one.parts);
  const byHand = parts.some(({ sent }) => sent);
  if (!byHand && !(await mayUpload(http, parts, call))) return undefined;
  const progress = await trackFiles(parts, client.clock, onUploadProgress);
  const inputs = inputsOfFiles(files, blockNodeId);
  const uploads: object[] = [];
  try {
    for (const [index, { sent, ...part }] of parts.entries()) {
      const onSent = (bytes: number) => progress?.sent(index, bytes);
      const place = `files[${index}]`;
      if (!sent && !isResumable(part))
        throw new InvalidInputError(place, "is a stream, which cannot be sent beside an upload.");
      const upload = new FileUpload({ ...part, place }, { http, client, call, onSent });
      if (!sent) {
        own.push(upload);
        await upload.begin();
      }
      await (sent ?? upload).completion();
      onSent(part.sizeBytes ?? 0);
      uploads.push({ id: (sent ?? upload).id, ...inputs[index] });
    }
    const answer = await post({ json: { manifest: blockId, inputValues, webhook, uploads } });
    progress?.accepted();
    return { answer };
  } catch (failure) {
    // Whoever may not upload, to a proxy for instance, may still create tasks with files.
    const isRefused =
      failure instanceof ApiError && failure.path.startsWith("/v1/uploads") && failure.status !== 413;
    if (!isRefused || failure.isRetryable || byHand || uploads.length > 0 || own[0]?.loaded) throw failure;
    avoidUploads(http);
    for (const upload of own) http.inBackground(upload.abandon());
    return undefined;
  }
}
