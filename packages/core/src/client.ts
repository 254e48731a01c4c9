import { Applets } from "./applets.ts";
import { Blocks } from "./blocks.ts";
import { Http } from "./http.ts";
import { type ClientOptions, type ResolvedClientOptions, resolveClientOptions } from "./options.ts";
import { Packages } from "./packages.ts";
import { Tasks } from "./tasks.ts";
import { resolveUploadSource, type UploadResolver, type UploadSource } from "./upload-source.ts";

/**
 * A client of one Connect server.
 *
 * @example
 * const client = new OomolConnectClient({ baseUrl: "http://localhost:3000/api", apiToken: "api-…" });
 * const { result } = await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: "Hello" } });
 * @typeParam Source What may be passed for a file; adapters widen it.
 */
export class OomolConnectClient<Source = UploadSource> implements AsyncDisposable {
  readonly blocks: Blocks;
  readonly tasks: Tasks<Source>;
  readonly packages: Packages;
  readonly applets: Applets;
  readonly #options: ResolvedClientOptions;

  /** @throws {InvalidInputError} where an option cannot work, such as a relative `baseUrl` outside a page. */
  constructor(options: ClientOptions = {}, resolveUpload?: UploadResolver<Source>) {
    this.#options = resolveClientOptions(options);
    const http = new Http(this.#options);
    // Without a resolver of its own, a client takes what core takes.
    const resolver = resolveUpload ?? (resolveUploadSource as UploadResolver<unknown>);
    this.blocks = new Blocks(http);
    this.tasks = new Tasks<Source>(http, this.#options, resolver);
    this.packages = new Packages(http, this.#options);
    this.applets = new Applets(http, this.#options, this.tasks);
  }

  /** Frees connections that the client keeps. Safe to call twice. */
  async close(): Promise<void> {
    await this.#options.transport.close?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
