import type { UploadPart } from "../transport/transport.ts";
import type { TrackedUpload, UploadProgress } from "../transport/upload-progress.ts";
import type { Clock } from "../waiting/delay.ts";

/** Files that are sent one after the other, whose sent bytes are reported. */
export interface TrackedFiles extends Pick<TrackedUpload, "accepted"> {
  /** Bytes of one of the files that have left, or that the server has; those before it are through. */
  sent(index: number, bytes: number): void;
}

/** Loaded only for a progress callback; the sources have been read before. Their lengths are known. */
export async function trackFiles(
  parts: readonly UploadPart[],
  clock: Clock,
  onUploadProgress: ((progress: UploadProgress) => void) | undefined,
): Promise<TrackedFiles | undefined> {
  if (!onUploadProgress) return undefined;
  const { trackUpload } = await import("../transport/upload-progress.ts");
  const { onBytesSent, accepted } = trackUpload({ fields: [], parts }, clock, onUploadProgress, []);
  const sent = (index: number, bytes: number) =>
    onBytesSent(parts.slice(0, index).reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, bytes));
  return { sent, accepted };
}
