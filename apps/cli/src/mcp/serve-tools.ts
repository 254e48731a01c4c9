import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  type CreateTaskResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  RELATED_TASK_META_KEY,
  type ServerNotification,
} from "@modelcontextprotocol/sdk/types.js";
import type { OomolConnectClient } from "@oomol/connect-node";
import { blockTool } from "./block-tool.ts";
import { callBlock } from "./call-block.ts";
import { createCallTasks, type TaskCall } from "./call-tasks.ts";
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

/**
 * Serves blocks as tools over stdio until the other side closes it or `signal` is aborted. Cancelling a call stops its task. A client
 * may make a call as a task of the protocol, and ask for its end later.
 */
export async function serveTools(
  client: OomolConnectClient,
  { version, directory, signal: ending }: ServeToolsOptions,
): Promise<void> {
  const blocks = createKnownBlocks(client);
  const tasks = createCallTasks();
  const server = new Server(
    { name: "oomol-connect", title: "OOMOL blocks", version },
    {
      capabilities: {
        tools: {},
        logging: {},
        tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
      },
      taskStore: tasks,
      instructions: instructionsFor(directory),
    },
  );
  server.setRequestHandler(ListToolsRequestSchema, async () => {
    return { tools: await Promise.all((await blocks.list()).map(blockTool)) };
  });
  type Answer = CallToolResult | CreateTaskResult;
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra): Promise<Answer> => {
    const block = await blocks.find(params.name);
    if (!block) throw new McpError(ErrorCode.InvalidParams, `There is no tool ${params.name}.`);
    const { blockId } = block;
    const call = async (signal: AbortSignal, task?: TaskCall): Promise<CallToolResult> => {
      using teller = createCallTeller({
        blockId,
        progressToken: params._meta?.progressToken,
        send: (notification) => extra.sendNotification(ofTask(notification, task)),
        log: (level, data) => server.sendLoggingMessage({ level, logger: blockId, data }),
        note: (text) => task?.note(text),
      });
      const given = params.arguments ?? {};
      return await callBlock(client, { block, arguments: given, teller }, { directory, signal });
    };
    if (!params.task) return call(AbortSignal.any([extra.signal, ending]));
    return { task: tasks.start(params.task, (task) => call(AbortSignal.any([task.signal, ending]), task)) };
  });
  const closed = new Promise<void>((resolve) => {
    server.onclose = resolve;
    process.stdin.once("end", resolve);
    ending.addEventListener("abort", () => resolve(), { once: true });
  });
  await server.connect(new StdioServerTransport());
  await closed;
  tasks.close();
  await server.close();
}

/** Clients tell by this whose notification it is, once the call itself has been answered. */
function ofTask(notification: ServerNotification, task: TaskCall | undefined): ServerNotification {
  if (!task) return notification;
  const _meta = { ...notification.params?._meta, [RELATED_TASK_META_KEY]: { taskId: task.taskId } };
  return { ...notification, params: { ...notification.params, _meta } } as ServerNotification;
}
