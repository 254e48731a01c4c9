import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { cliFile } from "./run-program.ts";

/** The SDK's own client, with the command as its server; a later flag wins. */
export async function startMcpClient(baseUrl: string, ...flags: string[]): Promise<Client> {
  const client = new Client({ name: "test", version: "1.0.0" });
  const args = [...process.execArgv, cliFile, "mcp", "--base-url", baseUrl, ...flags];
  const { NODE_OPTIONS = "" } = process.env; // by which the sources run on an older Node.js
  const env = { ...getDefaultEnvironment(), NODE_OPTIONS };
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env }));
  return client;
}
