import { InvalidInputError } from "../errors/index.ts";
import type { UploadPart } from "./transport.ts";

/** A file source of any runtime. Bytes have no name of their own, so it must be given. */
export type UploadSource = Blob | NamedData;

/** Bytes or text, with a name. */
export interface NamedData {
  data: Blob | ArrayBuffer | ArrayBufferView | string;
  /** The name that the server sees. Optional if `data` is a `File`. */
  name?: string;
  /** MIME type. Default: that of `data`, else `application/octet-stream`. */
  type?: string;
}

type OneOrMore<Part> = Part | readonly Part[];

/**
 * How an adapter turns its callers' file sources into parts. Called before anything is awaited; `place` is the source's place
 * in the request, `files[0]` or `files.cover` for instance.
 */
export type UploadResolver<Source> = (
  source: Source,
  place: string,
) => OneOrMore<UploadPart> | Promise<OneOrMore<UploadPart>>;

const accepted =
  "a File, a Blob, or { data, name, type? } with a Blob, an ArrayBuffer, a typed array or a string";

/** @throws `InvalidInputError` for anything but an {@link UploadSource}, naming what is accepted. */
export function resolveUploadSource(source: UploadSource, place: string): UploadPart {
  if (source instanceof Blob) return blobPart(source, nameOf(source) ?? "blob", source.type);
  if (typeof source !== "object" || source === null || !("data" in source)) {
    const hint = ArrayBuffer.isView(source) ? " Bytes need a name: pass { data, name }." : "";
    throw new InvalidInputError(place, `expected ${accepted}.${hint}`);
  }
  const { data } = source;
  const name = source.name ?? nameOf(data);
  if (name === undefined || name === "")
    throw new InvalidInputError(`${place}.name`, "the data needs a name.");
  if (data instanceof Blob) return blobPart(data, name, source.type ?? data.type);
  if (typeof data === "string" || data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
    // The types assume shared memory here; a Blob copies its input.
    return blobPart(new Blob([data as ArrayBuffer]), name, source.type ?? "");
  }
  throw new InvalidInputError(`${place}.data`, `expected ${accepted}.`);
}

function nameOf(data: unknown): string | undefined {
  return data instanceof File ? data.name : undefined;
}

function blobPart(blob: Blob, name: string, type: string): UploadPart {
  return {
    field: "files",
    name,
    type: type || "application/octet-stream",
    sizeBytes: blob.size,
    isRepeatable: true,
    open: () => blob.stream(),
    blob,
  };
}
