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

/** The text behind a source, for previews that need more than an address. */
export function useSourceText(
  item: PreviewItem,
  source: string,
  type: string,
): ResolvedSource & { text: string | undefined } {
  const resolved = useSource(item, source, type);
  const { url, path } = resolved;
  const loaded = useQuery({
    queryKey: ["file-text", url],
    queryFn: async ({ signal }) => {
      const answer = await fetch(url ?? "", { signal });
      if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
      return readText(answer);
    },
    enabled: path !== undefined && url !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return { ...resolved, text: loaded.data };
}

/** A page draws no more than that; the file itself can be had whole. */
const largestTextBytes = 32 * 1024 * 1024;

async function readText(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (const reader = answer.body?.getReader(); reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > largestTextBytes) {
      await reader.cancel();
      throw new Error(`The file has more than ${largestTextBytes} bytes.`);
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}
