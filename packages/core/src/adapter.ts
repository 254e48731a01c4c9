/**
 * The building blocks of adapters to other runtimes. A door of its own, so that a page loads it only to send files.
 *
 * @module @oomol/connect-core/adapter
 */

export { readUpTo } from "./downloads/read-up-to.ts";
export { safeFileName } from "./downloads/safe-file-name.ts";
export { pathInSession } from "./downloads/session-path.ts";
export { redact } from "./errors/redact.ts";
export { path } from "./http/path.ts";
export { taskFailure } from "./run/task-failure.ts";
export { resultsOf, type TaskResults } from "./run/task-result.ts";
export { encodeUpload } from "./transport/encode-upload.ts";
export { refusesRedirects } from "./transport/fetch-transport.ts";
export { encodeMultipart, encodePassingMultipart, type MultipartBody } from "./transport/multipart.ts";
export { resolveUploadSource } from "./transport/upload-source.ts";
export { blockOfApplet } from "./versions.ts";
export { SilenceTimer } from "./waiting/silence-timer.ts";
