import { useSyncExternalStore } from "react";
import type { OomolConnectClient } from "../client.ts";
import { type BlocksState, BlocksStore, noBlocks } from "./blocks-store.ts";
import { useConnect } from "./connect-provider.ts";

/** The blocks, and how to ask for them again. */
export interface UseBlocks extends BlocksState {
  /** Asks again. Never rejects: see `error`. */
  refresh(): Promise<void>;
}

const stores = new WeakMap<OomolConnectClient, BlocksStore>();

/**
 * The blocks that the server has. Components share one request.
 *
 * @example
 * const { blocks, isLoading, error, refresh } = useBlocks();
 */
export function useBlocks(): UseBlocks {
  const client = useConnect();
  const store = stores.get(client) ?? new BlocksStore(client);
  stores.set(client, store);
  const state = useSyncExternalStore(store.subscribe, store.getState, getNone);
  return { ...state, refresh: store.refresh };
}

/** A server asks nobody, and the page must first render as the server did. */
function getNone(): BlocksState {
  return noBlocks;
}
