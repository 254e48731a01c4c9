export * from "@oomol/connect-core";
export { OomolConnectClient } from "./client.ts";
