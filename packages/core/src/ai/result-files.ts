import { essenceOf } from "@oomol/connect-shared/media-types";
import type { Download } from "../downloads/download.ts";
import { readUpTo } from "../downloads/read-up-to.ts";
import type { RunResult } from "../run/task-run.ts";
import type { ToolClient } from "./tool-client.ts";
import type { BlockToolFile, BlockToolResult } from "./tool-output.ts";

/** Each costs a request, and a block may name any number of them. */
const mostFiles = 100;

/**
 * The files that a result names, with the content of those for which there is room. The block has succeeded, whatever happens
 * to its files: if they cannot be fetched, a sentence gives the reason.
 *
 * @throws Only the signal's reason.
 */
export async function readResultFiles<Source>(
  client: Pick<ToolClient<Source>, "tasks">,
  outcome: Pick<RunResult, "taskId" | "logs"> & { result: object },
  { maxFileBytes, signal }: { maxFileBytes: number; signal: AbortSignal },
): Promise<Pick<BlockToolResult, "files" | "filesProblem">> {
  const files: BlockToolFile[] = [];
  let leftBytes = maxFileBytes;
  try {
    const named = { ...outcome, result: { ...outcome.result } };
    for await (const download of client.tasks.downloadAll(named, { signal })) {
      if (files.length === mostFiles) {
        return { files, filesProblem: `The result names more than ${mostFiles} files.` };
      }
      const bytes = await readUpTo(download, leftBytes);
      leftBytes -= bytes?.byteLength ?? 0;
      files.push(fileOf(download, bytes));
    }
    return { files };
  } catch (failure) {
    signal.throwIfAborted();
    const reason = failure instanceof Error ? failure.message : String(failure);
    return { files, filesProblem: `The files of the result could not be fetched: ${reason}` };
  }
}

function fileOf({ path, name, type, sizeBytes }: Download, bytes: Uint8Array | undefined): BlockToolFile {
  const known = sizeBytes ?? bytes?.byteLength;
  return {
    path,
    name,
    mediaType: essenceOf(type),
    ...(known !== undefined && { sizeBytes: known }),
    ...(bytes && { data: base64Of(bytes) }),
  };
}

function base64Of(bytes: Uint8Array): string {
  const pieces: string[] = [];
  // A call has room for some ten thousand arguments.
  for (let at = 0; at < bytes.length; at += 8_192) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8_192)));
  }
  return btoa(pieces.join(""));
}
