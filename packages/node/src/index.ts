export * from "@oomol/connect-core";
export { OomolConnectClient } from "./client.ts";
export type { NamedPath, UploadSource } from "./upload-source.ts";
