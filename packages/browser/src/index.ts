/**
 * The client for web pages: everything of `@oomol/connect-core`, and the file sources of a page.
 *
 * @module @oomol/connect-browser
 */
export * from "@oomol/connect-core";
export { type CreateTaskRequest, OomolConnectClient, type TaskFiles } from "./client.ts";
export { saveDownload } from "./save-download.ts";
export type { NamedData, UploadSource } from "./upload-source.ts";
export { createXhrTransport } from "./xhr-transport.ts";
