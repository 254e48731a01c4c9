import type { Http } from "../http/http.ts";
import type { HttpCall } from "../http/http-call.ts";
import type { ResolvedClientOptions } from "../options.ts";
import type { RequestOptions } from "../request-options.ts";
import type { UploadProgress } from "../transport/upload-progress.ts";
import type { ServerBlock, TaskWebhook } from "../types.ts";
import type { FilesByHandle } from "./order-files.ts";

/** A task to be created with files. */
export interface FilesRequest<Answer> extends FilesByHandle {
  blockId: string;
  webhook?: TaskWebhook | undefined;
  onUploadProgress: ((progress: UploadProgress) => void) | undefined;
  http: Http;
  client: ResolvedClientOptions;
  /** Of each request. */
  call: RequestOptions;
  /** Asks the server for its blocks; only the order of files for a server that does not take their inputs needs them. */
  listBlocks(): Promise<{ blocks: (ServerBlock & { blockId: string })[] }>;
  post(body: Pick<HttpCall, "json" | "upload" | "onBytesSent">): Promise<Answer>;
}
