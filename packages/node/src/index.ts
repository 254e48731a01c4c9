/**
 * The client for Node.js: everything of `@oomol/connect-core`, and files from disk.
 *
 * @module @oomol/connect-node
 */
export * from "@oomol/connect-core";
export {
  type CreateTaskRequest,
  type NodeClientOptions,
  OomolConnectClient,
  type TaskFiles,
} from "./client.ts";
export {
  type AllowBlocks,
  type Authorize,
  type ConnectProxy,
  type ConnectProxyOptions,
  createConnectProxy,
  type ProxyOperation,
} from "./proxy/index.ts";
export { createProxyListener } from "./proxy-listener.ts";
export { type SavedFile, type SaveOptions, saveDownload } from "./save-download.ts";
export type { UndiciTransportOptions } from "./connections.ts";
export { createUndiciTransport } from "./undici-transport.ts";
export type { ByteStream } from "./stream-part.ts";
export type { NamedData, NamedPath, UploadSource } from "./upload-source.ts";
