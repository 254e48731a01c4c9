import { createConnectProxy } from "@oomol/connect-node/proxy";

const proxy = createConnectProxy({
  baseUrl: process.env.OOMOL_CONNECT_BASE_URL ?? "http://localhost:3000/api",
  apiToken: process.env.OOMOL_CONNECT_API_TOKEN ?? "",
  allowBlocks: ["audio-lab::text-to-audio"],
  authorize: "public",
});

export { proxy as DELETE, proxy as GET, proxy as HEAD, proxy as OPTIONS, proxy as PATCH, proxy as POST };
