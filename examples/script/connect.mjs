import { OomolConnectClient } from "@oomol/connect-node";

/** The server that the environment names, or the one of this machine. */
export const client = new OomolConnectClient({
  baseUrl: process.env.OOMOL_CONNECT_BASE_URL ?? "http://localhost:3000/api",
  apiToken: process.env.OOMOL_CONNECT_API_TOKEN,
});
