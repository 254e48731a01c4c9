import { ApiError, type ServerStatus, UnsupportedError } from "@oomol/connect-browser";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useBlocks } from "../blocks/use-blocks.ts";
import { useConnection } from "../connection/connection.tsx";

/** How often the page of the status looks again, in milliseconds. */
const lookMs = 5_000;

/** How the server is; `isWatched` looks again and again while the page is visible. */
export function useServerStatus(isWatched = false): UseQueryResult<ServerStatus> {
  const { client } = useConnection();
  // Its answer tells whether the server gives this caller a status: otherwise nothing is asked for.
  const { isSuccess } = useBlocks();
  return useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => client.status({ signal }),
    enabled: isSuccess,
    staleTime: isWatched ? 0 : Number.POSITIVE_INFINITY,
    refetchInterval: isWatched && lookMs,
  });
}

/** Whether it was not given to this caller, who may have another token than before. */
export function isDenied(error: Error | null): boolean {
  return error instanceof UnsupportedError || (error instanceof ApiError && error.status === 403);
}
