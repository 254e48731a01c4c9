import { createConnectProxy } from "@oomol/connect-node/proxy";

/** The page talks to this, and never sees the token. */
export const proxy = createConnectProxy({
  baseUrl: process.env.OOMOL_CONNECT_BASE_URL ?? "http://localhost:3000/api",
  apiToken: process.env.OOMOL_CONNECT_API_TOKEN ?? "",
  allowBlocks: ["audio-lab::text-to-audio"],
  // Everybody may run this one block. An app with users looks at their session here.
  authorize: "public",
});
