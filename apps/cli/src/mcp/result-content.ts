import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { CallToolResult, EmbeddedResource, ResourceLink } from "@modelcontextprotocol/sdk/types.js";
import { path as pathOf } from "@oomol/connect-core/adapter";
import {
  type Download,
  type OomolConnectClient,
  type RunResult,
  type SavedFile,
  saveDownload,
} from "@oomol/connect-node";

type Content = CallToolResult["content"][number];

/** How the files of a result are returned. */
export interface FileOptions {
  /** The folder to save them in; without one they are part of the answer. */
  directory: string | undefined;
  signal: AbortSignal;
}

/** The bytes of files in one answer, in total. A file that does not fit is only named. */
export const mostBytesInAnswer = 1_048_576;

/**
 * The files that a result names, for a model: pictures and sounds as such, text and others as embedded resources. With a
 * folder every file is saved there and linked. If the files cannot be fetched, a sentence gives the reason.
 *
 * @throws Only the signal's reason: the block has succeeded, whatever happens to its files.
 */
export async function resultContent(
  client: OomolConnectClient,
  outcome: RunResult,
  { directory, signal }: FileOptions,
): Promise<Content[]> {
  const content: Content[] = [];
  let leftBytes = mostBytesInAnswer;
  try {
    for await (const file of client.tasks.downloadAll(outcome, { signal })) {
      const saved = directory === undefined ? undefined : await save(file, directory);
      const bytes = saved ? await readSaved(saved, file, leftBytes) : await readUpTo(file, leftBytes);
      leftBytes -= bytes?.byteLength ?? 0;
      if (bytes) content.push(contentOf(file, bytes));
      if (saved) content.push(linkTo(file, saved));
      if (!bytes && !saved) content.push(tooLarge(file));
    }
  } catch (failure) {
    signal.throwIfAborted();
    const reason = failure instanceof Error ? failure.message : String(failure);
    content.push({ type: "text", text: `The files of the result could not be fetched: ${reason}` });
  }
  return content;
}

/** With a slash at the end, so that it counts as a folder even if it does not exist yet. */
function save(file: Download, directory: string): Promise<SavedFile> {
  return saveDownload(file, `${directory}/`, { ifExists: "number" });
}

/** Content that a model can look at or listen to; it may open the rest by its link. */
async function readSaved(
  { path, sizeBytes }: SavedFile,
  file: Download,
  leftBytes: number,
): Promise<Buffer | undefined> {
  return isMedia(mimeTypeOf(file)) && sizeBytes <= leftBytes ? readFile(path) : undefined;
}

/** The whole file, or nothing if it is longer: the rest is then not requested. */
async function readUpTo(file: Download, leftBytes: number): Promise<Buffer | undefined> {
  if (file.sizeBytes !== undefined && file.sizeBytes > leftBytes) return undefined;
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of file) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > leftBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function contentOf(file: Download, bytes: Buffer): Content {
  const mimeType = mimeTypeOf(file);
  const data = bytes.toString("base64");
  if (pictures.has(mimeType)) return { type: "image", data, mimeType };
  if (isMedia(mimeType)) return { type: "audio", data, mimeType };
  const text = isText(mimeType) ? bytes.toString("utf8") : undefined;
  const resource: EmbeddedResource["resource"] =
    text === undefined ? { uri: uriOf(file), mimeType, blob: data } : { uri: uriOf(file), mimeType, text };
  return { type: "resource", resource };
}

function linkTo(file: Download, { path, sizeBytes }: SavedFile): ResourceLink {
  const uri = pathToFileURL(path).href;
  return { type: "resource_link", uri, name: file.name, mimeType: mimeTypeOf(file), size: sizeBytes };
}

function tooLarge({ name, sizeBytes }: Download): Content {
  const size = sizeBytes === undefined ? "" : ` of ${sizeBytes} bytes`;
  const text = `The file "${name}"${size} does not fit: an answer holds ${mostBytesInAnswer} bytes of files. Start this server with --out DIR, and it is saved there.`;
  return { type: "text", text };
}

/** The types that models can see; others, such as SVG, are resources. */
const pictures = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

function isMedia(mimeType: string): boolean {
  return pictures.has(mimeType) || mimeType.startsWith("audio/");
}

function isText(mimeType: string): boolean {
  return /^text\/|[/+](?:json|xml|yaml|javascript)$/.test(mimeType);
}

/** Without parameters such as a charset. */
function mimeTypeOf({ type }: Download): string {
  return type.split(";", 1).join("").trim().toLowerCase();
}

/** A name for the file, with a scheme that nothing else fetches. */
function uriOf({ taskId, path }: Download): string {
  return `oomol-connect:/${pathOf`/tasks/${taskId}/files/${path.split("/")}`}`;
}
