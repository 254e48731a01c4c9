export * from "@oomol/connect-core";
export { type NodeClientOptions, OomolConnectClient } from "./client.ts";
export { createUndiciTransport, type UndiciTransportOptions } from "./undici-transport.ts";
export type { ByteStream } from "./stream-part.ts";
export type { NamedData, NamedPath, UploadSource } from "./upload-source.ts";
