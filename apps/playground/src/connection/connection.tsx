import { OomolConnectClient } from "@oomol/connect-browser";
import { createContext, type ReactNode, use } from "react";
import { createTaskStore, type TaskStore } from "../state/task-store.ts";
import { createSessionFiles, type SessionFiles } from "./session-files.ts";
import { tokenStore } from "./token-store.ts";

/** What the app knows of its server. */
export interface Connection {
  client: OomolConnectClient;
  tasks: TaskStore;
  files: SessionFiles;
}

export function createConnection(): Connection {
  const client = new OomolConnectClient({ apiToken: () => tokenStore.get() || undefined });
  return { client, tasks: createTaskStore(client), files: createSessionFiles("/api", tokenStore.get) };
}

const ConnectionContext = createContext<Connection | undefined>(undefined);

export function ConnectionProvider({ value, children }: { value: Connection; children: ReactNode }) {
  return <ConnectionContext value={value}>{children}</ConnectionContext>;
}

export function useConnection(): Connection {
  const connection = use(ConnectionContext);
  if (!connection) throw new Error("useConnection needs a ConnectionProvider above it.");
  return connection;
}
