import { AppletsClient } from "./applets.ts";
import { BlocksClient } from "./blocks.ts";
import { Http } from "./http/http.ts";
import { type ClientOptions, type ResolvedClientOptions, resolveClientOptions } from "./options.ts";
import { PackagesClient } from "./packages.ts";
import type { RequestOptions } from "./request-options.ts";
import { TasksClient } from "./tasks.ts";
import type { UploadResolver, UploadSource } from "./transport/upload-source.ts";
import type { ServerStatus } from "./types.ts";
import type { UploadsClient } from "./uploads/uploads-client.ts";
import type { WebhooksClient } from "./webhooks-client.ts";

/**
 * A client of one Connect server.
 *
 * @example
 * const client = new OomolConnectClient({ baseUrl: "http://localhost:3000/api", apiToken: "api-…" });
 * const { result } = await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: "Hello" } });
 * @typeParam Source The accepted file sources; adapters widen it.
 */
export class OomolConnectClient<Source = UploadSource> implements AsyncDisposable {
  /** The blocks that the server has. */
  readonly blocks: BlocksClient;
  /** Runs of blocks. */
  readonly tasks: TasksClient<Source>;
  /** The packages that the server has, and their installation. */
  readonly packages: PackagesClient;
  /** Blocks with preset inputs. */
  readonly applets: AppletsClient;
  readonly #http: Http;
  readonly #options: ResolvedClientOptions;
  readonly #resolveUpload: UploadResolver<Source>;

  /** @throws {@link InvalidInputError} if an option is invalid. A relative `baseUrl` outside a page fails its requests. */
  constructor(options: ClientOptions = {}, resolveUpload?: UploadResolver<Source>) {
    this.#options = resolveClientOptions(options);
    const http = new Http(this.#options);
    this.#http = http;
    this.#resolveUpload = resolveUpload ?? (resolveCoreUpload as UploadResolver<unknown>);
    this.blocks = new BlocksClient(http);
    this.tasks = new TasksClient<Source>(http, this.#options, this.#resolveUpload, this.blocks);
    this.packages = new PackagesClient(http, this.#options);
    this.applets = new AppletsClient(http, this.#options, this.tasks);
  }

  /**
   * How the server is: what waits and what runs, its workers and processes, its disk, and what failed in the last 24 hours. For
   * people who keep it running: it needs the role `admin`.
   *
   * @throws {@link UnsupportedError} if the server gives no status, {@link ApiError} with status 403 without that role.
   */
  async status(options: RequestOptions = {}): Promise<ServerStatus> {
    return (await import("./own-server.ts")).readStatus(this.#http, options);
  }

  /**
   * Webhooks of the caller's tasks: the secret that signs them, what was sent, and sending it again. What `webhook` of a request
   * asks for needs none of this.
   *
   * @example
   * const webhooks = await client.webhooks();
   * const { secret } = await webhooks.secret();
   */
  async webhooks(): Promise<WebhooksClient> {
    return (await import("./own-server.ts")).openWebhooks(this.#http);
  }

  /**
   * Uploads of files by hand: sent before there is a task, stored, and resumed by another process or after a reload. Large files of a
   * request are resumed without this.
   *
   * @example
   * const uploads = await client.uploads();
   * const upload = await uploads.start(new File(["Hello"], "hello.txt"));
   * await client.tasks.run({ blockId: "pkg::file-processor", files: [upload] });
   */
  async uploads(): Promise<UploadsClient<Source>> {
    return (await import("./run/own-uploads.ts")).openUploads(this.#http, this.#options, this.#resolveUpload);
  }

  /** Waits for stops that `stopOnAbort` has sent, then closes the connections. Safe to call twice. */
  async close(): Promise<void> {
    await this.#http.settled();
    await this.#options.transport.close?.();
  }

  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Without a resolver of its own, a client accepts core's sources. */
const resolveCoreUpload: UploadResolver<UploadSource> = async (source, place) => {
  const { resolveUploadSource } = await import("./transport/upload-source.ts");
  return resolveUploadSource(source, place);
};
