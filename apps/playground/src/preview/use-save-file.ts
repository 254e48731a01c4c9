import { useMutation } from "@tanstack/react-query";
import { useConnection } from "../connection/connection.tsx";
import type { PreviewItem } from "../state/task-view.ts";
import { downloadFrom } from "../ui/download.ts";

/** Saves a file of the task, whole; it is fetched only then. */
export function useSaveFile({ taskId, sessionId }: PreviewItem, path = ""): () => void {
  const { files } = useConnection();
  const { mutate } = useMutation({
    mutationFn: async () => {
      const url = await files.open({ taskId, sessionId, path }, new AbortController().signal);
      if (url !== undefined) downloadFrom(url, path.split(/[\\/]/).at(-1) ?? "table.csv");
    },
  });
  return () => mutate();
}
