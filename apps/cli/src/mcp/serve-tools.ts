import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import { eventsOfLog, type OomolConnectClient, type TaskLog } from "@oomol/connect-node";
import { blockTool } from "./block-tool.ts";
import { createKnownBlocks } from "./known-blocks.ts";
import { resultContent } from "./result-content.ts";
import { runTool } from "./run-tool.ts";

export interface ServeToolsOptions {
  /** The folder to save the files of results in; without one they are part of the answers. */
  directory?: string | undefined;
  /** Ends serving, and stops the tasks of calls that are still open. */
  signal: AbortSignal;
}

/** Serves blocks as tools over stdio until the other side closes it or `signal` is aborted. Cancelling a call stops its task. */
export async function serveTools(
  client: OomolConnectClient,
  { directory, signal: ending }: ServeToolsOptions,
): Promise<void> {
  const blocks = createKnownBlocks(client);
  const server = new Server(
    { name: "oomol-connect", title: "OOMOL blocks", version: "0.1.0" },
    { capabilities: { tools: {} } },
  );
  server.setRequestHandler(ListToolsRequestSchema, async () => {
    return { tools: (await blocks.list()).map(blockTool) };
  });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra): Promise<CallToolResult> => {
    const block = await blocks.find(params.name);
    if (!block) throw new McpError(ErrorCode.InvalidParams, `There is no tool ${params.name}.`);
    const progressToken = params._meta?.progressToken;
    const tell = async (log: TaskLog) => {
      if (progressToken === undefined) return;
      for (const event of eventsOfLog(log)) {
        if (event.type !== "progress") continue;
        const params = { progressToken, progress: event.progress, total: 100 };
        await extra.sendNotification({ method: "notifications/progress", params });
      }
    };
    const signal = AbortSignal.any([extra.signal, ending]);
    try {
      const options = { signal, stopOnAbort: true, onLog: tell };
      const outcome = await runTool(client, block, params.arguments ?? {}, options);
      const { result } = outcome;
      const files = await resultContent(client, outcome, { directory, signal });
      const content = [{ type: "text" as const, text: JSON.stringify(result) }, ...files];
      return { content, structuredContent: result };
    } catch (failure) {
      // The failure of a block is for the model to read.
      const text = failure instanceof Error ? failure.message : String(failure);
      return { content: [{ type: "text", text }], isError: true };
    }
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
