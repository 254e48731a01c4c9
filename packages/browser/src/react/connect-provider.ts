import { createContext, createElement, type ReactElement, type ReactNode, useContext, useState } from "react";
import { OomolConnectClient } from "../client.ts";

const ClientContext = createContext<OomolConnectClient | undefined>(undefined);

/** What {@link ConnectProvider} takes. */
export interface ConnectProviderProps {
  /** Default: a client of `/api` on the page's own server, where a proxy keeps the token. */
  client?: OomolConnectClient | undefined;
  children?: ReactNode;
}

/**
 * Gives the components below it a client.
 *
 * @example
 * <ConnectProvider>
 *   <App />
 * </ConnectProvider>
 */
export function ConnectProvider({ client, children }: ConnectProviderProps): ReactElement {
  // Making a client sends nothing and holds nothing, so a render that React throws away leaves nothing behind.
  const [own] = useState(() => client ?? new OomolConnectClient());
  return createElement(ClientContext.Provider, { value: client ?? own }, children);
}

/** The client of the provider above, for what the hooks do not cover. Throws without a provider. */
export function useConnect(): OomolConnectClient {
  const client = useContext(ClientContext);
  if (!client)
    throw new Error("useConnect, useRun, useUpload and useBlocks need a <ConnectProvider> above them.");
  return client;
}
