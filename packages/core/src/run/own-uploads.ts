import type { Http } from "../http/http.ts";
import type { ResolvedClientOptions } from "../options.ts";
import type { UploadResolver } from "../transport/upload-source.ts";
import { UploadsClient } from "../uploads/uploads-client.ts";

// All of uploads that resume (connect-api 6.12). One module, which compresses better than a few that share most.

export { createWithUploads } from "./create-with-uploads.ts";

export function openUploads<Source>(
  http: Http,
  client: ResolvedClientOptions,
  resolveUpload: UploadResolver<Source>,
): UploadsClient<Source> {
  return new UploadsClient(http, client, resolveUpload);
}
