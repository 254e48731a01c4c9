/**
 * Blocks as tools of the AI SDK (`ai`). A door of its own, so that nothing of it is part of the client.
 *
 * @module @oomol/connect-core/ai
 */

export { type BlockTool, type BlockToolInput, blockTool } from "./ai/block-tool.ts";
export { type BlockToolsOptions, blockTools } from "./ai/block-tools.ts";
export type { ToolClient } from "./ai/tool-client.ts";
export type { BlockToolOptions, ToolCall, ToolFileInputs } from "./ai/tool-options.ts";
export type { BlockToolFile, BlockToolOutput, BlockToolProgress, BlockToolResult } from "./ai/tool-output.ts";
