import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { CallToolResult, EmbeddedResource, ResourceLink } from "@modelcontextprotocol/sdk/types.js";
import {
  type Download,
  type OomolConnectClient,
  type RunResult,
  type SavedFile,
  saveDownload,
} from "@oomol/connect-node";

type Content = CallToolResult["content"][number];

/** How the files of a result come back. */
export interface FileOptions {
  /** Folder that they are saved in; without one they stand in the answer themselves. */
  directory: string | undefined;
  signal: AbortSignal;
}

/** Bytes of files that one answer holds at most, all of them together. What does not fit is named instead. */
export const mostBytesInAnswer = 1_048_576;

/**
 * The files that a result names, for a model: pictures and sounds as such, text and others as embedded resources. With a
 * folder every file is saved there and linked. Where they cannot be had, a sentence says why.
 *
 * @throws The signal's reason alone: the block has done its work, whatever becomes of its files.
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

/** Ends with a slash, so that it is a folder also where it is not there yet. */
function save(file: Download, directory: string): Promise<SavedFile> {
  return saveDownload(file, `${directory}/`, { ifExists: "number" });
}

/** What a model can look at or listen to; the rest it may open by its link. */
async function readSaved(
  { path, sizeBytes }: SavedFile,
  file: Download,
  leftBytes: number,
): Promise<Buffer | undefined> {
  return isMedia(mimeTypeOf(file)) && sizeBytes <= leftBytes ? readFile(path) : undefined;
}

/** The whole file, or nothing where it is longer: the rest is then not asked for. */
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

/** Those that models are shown; others, such as SVG, come as resources. */
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

/** A name for the file, of no scheme that anything else fetches. */
function uriOf({ taskId, path }: Download): string {
  const parts = path.split("/").map(encodeURIComponent).join("/");
  return `oomol-connect://tasks/${encodeURIComponent(taskId)}/files/${parts}`;
}
