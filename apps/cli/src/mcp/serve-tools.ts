import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import type { OomolConnectClient } from "@oomol/connect-node";
import { blockTool } from "./block-tool.ts";
import { callBlock } from "./call-block.ts";
import { instructionsFor } from "./instructions.ts";
import { createKnownBlocks } from "./known-blocks.ts";
import { createCallTeller } from "./tell-call.ts";

export interface ServeToolsOptions {
  /** Of this command. */
  version: string;
  /** The folder to save the files of results in; without one they are part of the answers. */
  directory?: string | undefined;
  /** Ends serving, and stops the tasks of calls that are still open. */
  signal: AbortSignal;
}

/** Serves blocks as tools over stdio until the other side closes it or `signal` is aborted. Cancelling a call stops its task. */
export async function serveTools(
  client: OomolConnectClient,
  { version, directory, signal: ending }: ServeToolsOptions,
): Promise<void> {
  const blocks = createKnownBlocks(client);
  const server = new Server(
    { name: "oomol-connect", title: "OOMOL blocks", version },
    { capabilities: { tools: {}, logging: {} }, instructions: instructionsFor(directory) },
  );
  server.setRequestHandler(ListToolsRequestSchema, async () => {
    return { tools: await Promise.all((await blocks.list()).map(blockTool)) };
  });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra): Promise<CallToolResult> => {
    const block = await blocks.find(params.name);
    if (!block) throw new McpError(ErrorCode.InvalidParams, `There is no tool ${params.name}.`);
    const { blockId } = block;
    using teller = createCallTeller({
      blockId,
      progressToken: params._meta?.progressToken,
      send: extra.sendNotification,
      log: (level, data) => server.sendLoggingMessage({ level, logger: blockId, data }),
    });
    const signal = AbortSignal.any([extra.signal, ending]);
    return await callBlock(
      client,
      { block, arguments: params.arguments ?? {}, teller },
      { directory, signal },
    );
  });
  const closed = new Promise<void>((resolve) => {
    server.onclose = resolve;
    process.stdin.once("end", resolve);
    ending.addEventListener("abort", () => resolve(), { once: true });
  });
  await server.connect(new StdioServerTransport());
  await closed;
  await server.close();
}
