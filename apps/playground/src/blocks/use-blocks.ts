import { ApiError, type Block } from "@oomol/connect-browser";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useConnection } from "../connection/connection.tsx";
import { languageStore } from "../state/preferences.ts";
import { useStore } from "../state/store.ts";
import { titleOf, titleOfName } from "../ui/title-of.ts";

/** The newest version of every installed block, by package and name; with words in the language of the app. */
export function useBlocks(): UseQueryResult<Block[]> {
  const { client } = useConnection();
  const language = useStore(languageStore);
  return useQuery({
    queryKey: ["blocks", language],
    queryFn: async ({ signal }) => {
      // That of the browser is only what the app begins with.
      const headers = { "accept-language": language === "zh" ? "zh-CN" : "en" };
      const { blocks } = await client.blocks.list({ signal, headers });
      return blocks.sort((one, other) => one.blockId.localeCompare(other.blockId));
    },
  });
}

/** What blocks are called, those included that the server does not have or has not told of yet. */
export function useBlockTitles(): (blockId: string) => string {
  const { data } = useBlocks();
  return (blockId) => {
    const block = data?.find((candidate) => candidate.blockId === blockId);
    return block ? titleOf(block) : titleOfName(blockId.split("::").at(-1) ?? "");
  };
}

/** Whether the server wants a token, or another one. */
export function isRefused(error: Error | null): boolean {
  return error instanceof ApiError && error.status === 401;
}
