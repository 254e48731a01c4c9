import type { Http } from "./http/http.ts";
import type { RequestOptions } from "./request-options.ts";
import type { Block } from "./types.ts";
import { blocksAnswerSchema } from "./wire/index.ts";

/** Options of {@link BlocksClient.list}. */
export interface ListBlocksOptions extends RequestOptions {
  /** List every installed version, not only the newest of each block. Default false. */
  includeAllVersions?: boolean;
}

/** The answer of `GET /v1/blocks`. */
export interface ListBlocksResponse {
  blocks: Block[];
}

/** Blocks: `/v1/blocks`. */
export class BlocksClient {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** The newest version of each installed block, by semver precedence, with its `blockId` and `version`. */
  async list({
    includeAllVersions = false,
    ...options
  }: ListBlocksOptions = {}): Promise<ListBlocksResponse> {
    const call = {
      ...options,
      method: "GET",
      path: "/v1/blocks",
      schema: blocksAnswerSchema,
      isIdempotent: true,
    } as const;
    const { data } = await this.#http.call(call);
    const { identify, newestOfEach } = await import("./blocks/identify-blocks.ts");
    const blocks = data.blocks.map(identify);
    return { blocks: includeAllVersions ? blocks : newestOfEach(blocks) };
  }
}
