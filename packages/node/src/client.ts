import { type ClientOptions, OomolConnectClient as CoreClient } from "@oomol/connect-core";
import { resolveUploadSource, type UploadSource } from "./upload-source.ts";

/**
 * The client for Node.js: everything of `@oomol/connect-core`, and files from disk by their path.
 *
 * @example
 * await using client = new OomolConnectClient({ baseUrl: "http://localhost:3000/api" });
 * const { result } = await client.tasks.runWithFiles("pkg::file-processor", { input1: "value" }, "test.txt");
 */
export class OomolConnectClient extends CoreClient<UploadSource> {
  /** @throws {InvalidInputError} where an option cannot work, such as a relative `baseUrl`. */
  constructor(options: ClientOptions = {}) {
    super(options, resolveUploadSource);
  }
}
