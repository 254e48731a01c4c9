import { eventsOfLog, type OomolConnectClient, type TaskLog } from "@oomol/connect-node";

/** The largest picture that is sent to a terminal. */
const mostPictureBytes = 10_000_000;

/** A picture of a preview, or why there is none. */
export type PreviewPicture = { bytes: Buffer } | { problem: string };

/**
 * The pictures of a log's image preview, in its order: those inside the preview itself, and the files of the task that it
 * names, which are downloaded. Addresses elsewhere are ignored.
 *
 * @throws Only the signal's reason.
 */
export async function* previewPictures(
  client: OomolConnectClient,
  taskId: string,
  log: TaskLog,
  signal: AbortSignal,
): AsyncGenerator<PreviewPicture, undefined> {
  const preview = eventsOfLog(log).find((event) => event.type === "preview")?.preview;
  if (preview?.type !== "image") return;
  for (const source of [preview.data].flat()) {
    if (typeof source !== "string") continue;
    const inline = /^data:image\/(?:png|jpeg|gif);base64,(.+)$/s.exec(source)?.[1];
    if (inline) yield { bytes: Buffer.from(inline, "base64") };
    else if (!isAddress(source)) yield await fetchPicture(client, { taskId, logs: [log] }, source, signal);
  }
}

/** Also of `data:`, in forms that no terminal draws. A Windows drive has one letter. */
function isAddress(source: string): boolean {
  return /^[a-z][a-z\d+.-]+:/i.test(source);
}

async function fetchPicture(
  client: OomolConnectClient,
  task: { taskId: string; logs: TaskLog[] },
  path: string,
  signal: AbortSignal,
): Promise<PreviewPicture> {
  try {
    await using file = await client.tasks.download(task, path, { signal });
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of file) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > mostPictureBytes)
        return { problem: `${path} is larger than ${mostPictureBytes} bytes.` };
      chunks.push(chunk);
    }
    return { bytes: Buffer.concat(chunks) };
  } catch (failure) {
    signal.throwIfAborted();
    return { problem: failure instanceof Error ? failure.message : String(failure) };
  }
}
