import { InvalidInputError } from "../errors/index.ts";
import type { UploadPart } from "../transport/transport.ts";

/** Enough for `resume` to find an upload again, in another process or after a reload. Holds no token. */
export interface StoredUpload {
  uploadId: string;
  /** The file, as far as it is known: `resume` refuses another one. */
  name?: string | undefined;
  sizeBytes?: number | undefined;
  /** When the file was last changed, in epoch milliseconds. */
  lastModifiedMs?: number | undefined;
}

/** What `JSON.stringify` of an upload kept, or its id alone. @throws {@link InvalidInputError} for anything else. */
export function checkStored(stored: unknown): StoredUpload {
  const upload: unknown = typeof stored === "string" ? { uploadId: stored } : stored;
  const uploadId: unknown = Reflect.get(Object(upload), "uploadId");
  if (typeof uploadId === "string" && uploadId !== "") return upload as StoredUpload;
  throw new InvalidInputError("upload", "expected an upload's id, or what JSON.stringify kept of an upload.");
}

/** @throws {@link InvalidInputError} if a file is another one than that whose upload was stored. */
export function requireSameFile(stored: StoredUpload, part: UploadPart): void {
  const own = storedUpload(stored.uploadId, part);
  for (const field of ["name", "sizeBytes", "lastModifiedMs"] as const) {
    const [then, now] = [stored[field], own[field]];
    if (then === undefined || now === undefined || then === now) continue;
    throw new InvalidInputError("file", `is not that of the upload: its ${field} is ${now}, not ${then}.`);
  }
}

/** What is stored of an upload of this file. */
export function storedUpload(uploadId: string, part: UploadPart): StoredUpload {
  const { name, sizeBytes, blob } = part;
  const lastModifiedMs = part.lastModifiedMs ?? (blob instanceof File ? blob.lastModified : undefined);
  return {
    uploadId,
    name,
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(lastModifiedMs !== undefined && { lastModifiedMs }),
  };
}
