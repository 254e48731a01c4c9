import { encodeMultipart, type MultipartBody } from "./multipart.ts";
import { bodyOf, partBytes } from "./part-bytes.ts";
import type { Upload } from "./transport.ts";

/** The media type of a file's bytes from an offset on (tus 1.0, "PATCH"). */
const offsetStreamType = "application/offset+octet-stream";

/** An upload as one body: its form, or the bytes of its one file from `offset` on. */
export function encodeUpload(upload: Upload): MultipartBody {
  const { offset, parts } = upload;
  const [part] = parts;
  if (offset === undefined || !part) return encodeMultipart(upload);
  return {
    contentType: offsetStreamType,
    contentLengthBytes: part.sizeBytes,
    open: () => bodyOf((open) => partBytes(part, part.place ?? "files[0]", open, offset)),
    toBlob: () => part.blob,
  };
}

/** An upload as a page gives it to `fetch`, which streams no body over HTTP/1.1; nothing if a part is no blob. */
export function pageBody({ fields, parts, offset }: Upload): FormData | Blob | undefined {
  if (!parts.every((part) => part.blob)) return undefined;
  // The blob's type becomes that of the request.
  if (offset !== undefined) return parts[0]?.blob?.slice(0, undefined, offsetStreamType);
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  for (const { field, name, blob } of parts) if (blob) form.append(field, blob, name);
  return form;
}
