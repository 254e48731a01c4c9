import { toolName } from "@oomol/connect-shared/tool-name";
import type { BlockId } from "../block-registry.ts";
import type { UploadSource } from "../transport/upload-source.ts";
import { type BlockTool, findBlock, toolOf } from "./block-tool.ts";
import type { ToolClient } from "./tool-client.ts";
import type { BlockToolOptions } from "./tool-options.ts";

/** Options of {@link blockTools}. */
export interface BlockToolsOptions<Source = UploadSource> extends BlockToolOptions<Source> {
  /** Those of the server that a model may run. Default: all of them. */
  blockIds?: readonly BlockId[];
}

/**
 * Blocks of a server as tools, under names that are the same at any time and on any machine, and those of
 * `oomol-connect mcp`: `audio-lab__text-to-audio`.
 *
 * @example
 * const tools = await blockTools(client, { blockIds: ["audio-lab::text-to-audio"] });
 * @throws What {@link blockTool} throws.
 */
export async function blockTools<Source = UploadSource>(
  client: ToolClient<Source>,
  { blockIds, ...options }: BlockToolsOptions<Source> = {},
): Promise<Record<string, BlockTool>> {
  const { blocks } = await client.blocks.list();
  const chosen = blockIds?.map((blockId) => findBlock(blocks, blockId)) ?? blocks;
  const named = chosen.map(async (block) => {
    return [await toolName(block.blockId), toolOf<string, Source>(client, block, options)] as const;
  });
  return Object.fromEntries(await Promise.all(named));
}
