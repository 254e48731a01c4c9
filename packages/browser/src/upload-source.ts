import {
  type NamedData as CoreNamedData,
  type UploadSource as CoreUploadSource,
  InvalidInputError,
  type UploadPart,
} from "@oomol/connect-core";
import { resolveUploadSource as resolveCoreUploadSource } from "@oomol/connect-core/adapter";
import { filesOfDrop } from "./dropped-files.ts";

/** A file of a page, or several: each source becomes as many files as it holds. */
export type UploadSource =
  | CoreUploadSource
  | FileList
  | HTMLInputElement
  | DataTransfer
  | ClipboardItem
  | HTMLCanvasElement
  | OffscreenCanvas
  | NamedData;

/** Any file source of a page, with a name or type of the caller's own. */
export interface NamedData {
  data: CoreNamedData["data"] | HTMLCanvasElement | OffscreenCanvas | ClipboardItem;
  /** The name that the server sees. Optional if `data` is a `File`, a canvas or from the clipboard. */
  name?: string;
  /** MIME type; for a canvas also the format of the image. Default: that of `data`. */
  type?: string;
}

const accepted =
  "a File, a Blob, a FileList, a file input, a DataTransfer, a ClipboardItem, a canvas, or { data, name?, type? } with " +
  "one of these, an ArrayBuffer, a typed array or a string";

/**
 * Turns a page's file sources into upload parts. A `DataTransfer` is read at once, since it is empty after its event:
 * call the client in the event handler itself, before any `await`.
 *
 * @throws {@link InvalidInputError} for anything but an {@link UploadSource}, naming what is accepted, and for an empty one.
 */
export async function resolveUploadSource(source: UploadSource, place: string): Promise<UploadPart[]> {
  const files = await filesOf(source, place);
  if (files.length === 0) throw new InvalidInputError(place, "holds no file.");
  return files.map((file) => resolveCoreUploadSource(file, place));
}

async function filesOf(source: UploadSource, place: string): Promise<CoreUploadSource[]> {
  if (source instanceof DataTransfer) return filesOfDrop(source);
  if (source instanceof HTMLInputElement) return Array.from(source.files ?? [], named);
  if (source instanceof FileList) return Array.from(source, named);
  if (source instanceof Blob) return [named(source)];
  if (isImage(source)) return [await imageOf({ data: source }, place)];
  if (typeof source !== "object" || source === null || !("data" in source))
    throw new InvalidInputError(place, `expected ${accepted}; got ${kindOf(source)}.`);
  const { data } = source;
  return [isImage(data) ? await imageOf({ ...source, data }, place) : { ...source, data }];
}

/** A file of a chosen folder keeps its relative path. */
function named(file: Blob): CoreUploadSource {
  const path = file instanceof File ? file.webkitRelativePath : "";
  return path ? { data: file, name: path } : file;
}

type Image = HTMLCanvasElement | OffscreenCanvas | ClipboardItem;

function isImage(source: unknown): source is Image {
  if (source instanceof HTMLCanvasElement) return true;
  // Not every browser that has the rest has these.
  if (typeof OffscreenCanvas !== "undefined" && source instanceof OffscreenCanvas) return true;
  return typeof ClipboardItem !== "undefined" && source instanceof ClipboardItem;
}

async function imageOf(
  { data, name, type }: { data: Image; name?: string; type?: string },
  place: string,
): Promise<CoreUploadSource> {
  const isCanvas = data instanceof HTMLCanvasElement || !("types" in data);
  const blob = await (data instanceof HTMLCanvasElement
    ? new Promise<Blob | null>((resolve) => data.toBlob(resolve, type))
    : "types" in data
      ? data.getType(type ?? bestType(data.types))
      : data.convertToBlob(type ? { type } : undefined));
  if (!blob) throw new InvalidInputError(place, "the canvas is empty, or too large to become an image.");
  const ending = blob.type.replace(/^.*\/|[+;].*$/g, "") || "bin";
  return { data: blob, name: name ?? `${isCanvas ? "canvas" : "clipboard"}.${ending}`, type: blob.type };
}

/** Copied content often exists as text too; prefer the other form. */
function bestType(types: readonly string[]): string {
  return types.find((type) => !type.startsWith("text/")) ?? types[0] ?? "text/plain";
}

function kindOf(source: unknown): string {
  return Object.prototype.toString.call(source).slice(8, -1);
}
