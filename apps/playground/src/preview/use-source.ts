import { useQuery } from "@tanstack/react-query";
import { useConnection } from "../connection/connection.tsx";
import type { PreviewItem } from "../state/task-view.ts";
import { classifySource } from "./source-kind.ts";

/** Where a preview's bytes can be had: an address, a path that stays on the server, or nothing yet. */
export interface ResolvedSource {
  url: string | undefined;
  path: string | undefined;
}

export function useSource(
  item: Pick<PreviewItem, "taskId" | "sessionId">,
  source: string,
  fallbackType: string,
): ResolvedSource {
  const { files } = useConnection();
  const classified = classifySource(source, fallbackType);
  const path = classified.kind === "path" ? classified.path : undefined;
  const { taskId, sessionId } = item;
  const opened = useQuery({
    queryKey: ["file", taskId, sessionId, path],
    queryFn: async ({ signal }) =>
      (await files.open({ taskId, sessionId, path: path ?? "" }, signal)) ?? null,
    enabled: path !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  return { url: classified.kind === "url" ? classified.url : (opened.data ?? undefined), path };
}

export interface SourceText {
  /** Undefined until it is there, and if it cannot be had. */
  text: string | undefined;
  /** Whether the file goes on after the text. */
  isCut: boolean;
  path: string | undefined;
  url: string | undefined;
}

/** The text of a file that a preview names, for previews that need more than an address; no more of it than `most` bytes, once it is wanted. */
export function useSourceText(
  item: PreviewItem,
  source: string,
  type: string,
  most = mostBytes,
  isWanted = true,
): SourceText {
  const { files } = useConnection();
  const classified = classifySource(source, type);
  const path = classified.kind === "path" ? classified.path : undefined;
  const { taskId, sessionId } = item;
  const loaded = useQuery({
    queryKey: ["file-text", taskId, sessionId, path, most],
    queryFn: async ({ signal }) => {
      const answer = await files.read({ taskId, sessionId, path: path ?? "" }, signal);
      return answer ? readText(answer, most) : null;
    },
    enabled: isWanted && path !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { text, isCut = false } = loaded.data ?? {};
  return { text, isCut, path, url: classified.kind === "url" ? classified.url : undefined };
}

/** A page draws no more than that; the file itself can be had whole. */
const mostBytes = 32 * 1024 * 1024;

async function readText({ body }: Response, most: number): Promise<{ text: string; isCut: boolean }> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (const reader = body?.getReader(); reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value.subarray(0, most - bytes), { stream: true });
    bytes += value.byteLength;
    if (bytes > most) {
      await reader.cancel();
      return { text, isCut: true };
    }
  }
  return { text: text + decoder.decode(), isCut: false };
}
