export * from "@oomol/connect-core";
export { OomolConnectClient } from "./client.ts";
export type { NamedData, UploadSource } from "./upload-source.ts";
export { createXhrTransport } from "./xhr-transport.ts";
