import { UnsupportedError } from "@oomol/connect-browser";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useConnection } from "../connection/connection.tsx";
import { forgetTask, historyStore } from "../state/history.ts";
import { useStore } from "../state/store.ts";
import { mergeTasks } from "./merge-tasks.ts";

const pageSize = 30;
const queryKey = ["tasks"];

/** The server's tasks, the latest first, page by page, with those of this browser that it has not told of. */
export function useHistory() {
  const { client } = useConnection();
  const own = useStore(historyStore);
  const stored = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam: before, signal }) =>
      client.tasks.list({ limit: pageSize, signal, ...(before !== undefined && { before }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    // Tasks are started meanwhile, by others too.
    staleTime: 0,
  });
  const rows = mergeTasks(own, stored.data?.pages.flatMap(({ tasks }) => tasks) ?? []);
  const showMore = stored.hasNextPage ? () => void stored.fetchNextPage() : undefined;
  return { rows, showMore, hasOwn: own.length > 0, isPending: stored.isPending };
}

/** Deletes a task that has ended, on the server and here; a server that deletes nothing keeps it. */
export function useDeleteTask() {
  const { client } = useConnection();
  const queries = useQueryClient();
  return useMutation({
    async mutationFn(taskId: string) {
      await client.tasks.delete(taskId);
      forgetTask(taskId);
      await queries.invalidateQueries({ queryKey });
    },
  });
}

export const isUnsupported = (failure: unknown): boolean => failure instanceof UnsupportedError;
