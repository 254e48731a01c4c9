import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { CallToolResult, EmbeddedResource, ResourceLink } from "@modelcontextprotocol/sdk/types.js";
import { path as pathOf, readUpTo } from "@oomol/connect-core/adapter";
import {
  type Download,
  type OomolConnectClient,
  type RunResult,
  type SavedFile,
  saveDownload,
} from "@oomol/connect-node";
import { essenceOf, isPictureForModels, isText } from "@oomol/connect-shared/media-types";

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
): Promise<Uint8Array | undefined> {
  return isMedia(essenceOf(file.type)) && sizeBytes <= leftBytes ? readFile(path) : undefined;
}

function contentOf(file: Download, content: Uint8Array): Content {
  const mimeType = essenceOf(file.type);
  const bytes = Buffer.from(content);
  const data = bytes.toString("base64");
  if (isPictureForModels(mimeType)) return { type: "image", data, mimeType };
  if (isMedia(mimeType)) return { type: "audio", data, mimeType };
  const text = isText(mimeType) ? bytes.toString("utf8") : undefined;
  const resource: EmbeddedResource["resource"] =
    text === undefined ? { uri: uriOf(file), mimeType, blob: data } : { uri: uriOf(file), mimeType, text };
  return { type: "resource", resource };
}

function linkTo(file: Download, { path, sizeBytes }: SavedFile): ResourceLink {
  const uri = pathToFileURL(path).href;
  return { type: "resource_link", uri, name: file.name, mimeType: essenceOf(file.type), size: sizeBytes };
}

function tooLarge({ name, sizeBytes }: Download): Content {
  const size = sizeBytes === undefined ? "" : ` of ${sizeBytes} bytes`;
  const text = `The file "${name}"${size} does not fit: an answer holds ${mostBytesInAnswer} bytes of files. Start this server with --out DIR, and it is saved there.`;
  return { type: "text", text };
}

function isMedia(mimeType: string): boolean {
  return isPictureForModels(mimeType) || mimeType.startsWith("audio/");
}

/** A name for the file, with a scheme that nothing else fetches. */
function uriOf({ taskId, path }: Download): string {
  return `oomol-connect:/${pathOf`/tasks/${taskId}/files/${path.split("/")}`}`;
}
