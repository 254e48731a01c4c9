import {
  type BlockId,
  type ClientOptions,
  OomolConnectClient as CoreClient,
  type CreateTaskRequest as CoreCreateTaskRequest,
  type TaskFiles as CoreTaskFiles,
  createFetchTransport,
} from "@oomol/connect-core";
import type { UndiciTransportOptions } from "./connections.ts";
import { createUndiciTransport } from "./undici-transport.ts";
import { resolveUploadSource, type UploadSource } from "./upload-source.ts";

/** Core's request, with the file sources of Node.js. */
export type CreateTaskRequest<Id extends BlockId = BlockId> = CoreCreateTaskRequest<Id, UploadSource>;

/** Core's files of a request, with the file sources of Node.js. */
export type TaskFiles<Id extends BlockId = BlockId> = CoreTaskFiles<Id, UploadSource>;

/** The options of core, and how to connect; the latter have no effect with your own `fetch` or `transport`. */
export interface NodeClientOptions extends ClientOptions, UndiciTransportOptions {}

/**
 * The client for Node.js: everything of `@oomol/connect-core`, files from disk by their path, connections that are kept,
 * proxies from the environment.
 *
 * @example
 * await using client = new OomolConnectClient({ baseUrl: "http://localhost:3000/api" });
 * const { result } = await client.tasks.run({ blockId: "pkg::file-processor", files: ["test.txt"] });
 */
export class OomolConnectClient extends CoreClient<UploadSource> {
  /** @throws {@link InvalidInputError} if an option is invalid. A relative `baseUrl` fails its requests. */
  constructor(options: NodeClientOptions = {}) {
    super({ ...options, transport: options.transport ?? defaultTransport(options) }, resolveUploadSource);
  }
}

function defaultTransport(options: NodeClientOptions) {
  return options.fetch ? createFetchTransport(options.fetch) : createUndiciTransport(options);
}
