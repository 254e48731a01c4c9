import { type SentWebhook, UnsupportedError } from "@oomol/connect-browser";
import { type UseQueryResult, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useConnection } from "../connection/connection.tsx";

const lookMs = 5_000;
/** So many fit the page; the command line lists all of them. */
const shown = 20;

/** The latest webhooks, looked at again while the page is visible; none of a server that sends none. */
export function useWebhooks(): UseQueryResult<SentWebhook[] | undefined> {
  const { client } = useConnection();
  return useQuery({
    queryKey: ["webhooks"],
    queryFn: async ({ signal }) => {
      try {
        return (await (await client.webhooks()).list({ limit: shown, signal })).deliveries;
      } catch (error) {
        if (error instanceof UnsupportedError) return undefined;
        throw error;
      }
    },
    refetchInterval: lookMs,
  });
}

/** Sends one again, and shows that. */
export function useRepeatWebhook() {
  const { client } = useConnection();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => (await client.webhooks()).repeat(id),
    onSettled: () => queries.invalidateQueries({ queryKey: ["webhooks"] }),
  });
}
