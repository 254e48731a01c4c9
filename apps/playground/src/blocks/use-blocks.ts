import type { Block } from "@oomol/connect-browser";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useConnection } from "../connection/connection.tsx";

/** The newest version of every installed block, by package and name. */
export function useBlocks(): UseQueryResult<Block[]> {
  const { client } = useConnection();
  return useQuery({
    queryKey: ["blocks"],
    queryFn: async ({ signal }) => {
      const { blocks } = await client.blocks.list({ signal });
      return blocks.sort((one, other) => one.blockId.localeCompare(other.blockId));
    },
  });
}
