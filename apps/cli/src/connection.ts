import { OomolConnectClient } from "@oomol/connect-node";
import type { Command } from "commander";

export interface ConnectionFlags {
  baseUrl: string;
  apiToken?: string;
}

const defaultBaseUrl = "http://localhost:3000/api";

/** Adds the flags that name the server; each may come from the environment instead. */
export function addConnectionFlags(command: Command): Command {
  return command
    .option(
      "--base-url <url>",
      "the Connect server's API (OOMOL_CONNECT_BASE_URL)",
      process.env.OOMOL_CONNECT_BASE_URL ?? defaultBaseUrl,
    )
    .option("--api-token <token>", "sent as Authorization (OOMOL_CONNECT_API_TOKEN)");
}

/** The client for these flags. The token of the environment is read here, so that `--help` never shows it. */
export function connect({ baseUrl, apiToken }: ConnectionFlags): OomolConnectClient {
  const token = apiToken ?? process.env.OOMOL_CONNECT_API_TOKEN;
  return new OomolConnectClient({ baseUrl, ...(token ? { apiToken: token } : {}) });
}
