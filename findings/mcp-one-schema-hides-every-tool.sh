#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 with zod 4.6.7: one tool with a field `z.coerce.date()` is registered without complaint and can be
# called, but `tools/list` fails for every tool of the server, because the JSON Schemas are made only there, all in one go. A
# client sees a server without tools. List the tools in a test, and write dates as text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2 zod@4.6.7 > /dev/null

cat > tools.mjs <<'JS'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import * as z from "zod";

const server = new McpServer({ name: "server", version: "1.0.0" });
const answer = (args) => ({ content: [{ type: "text", text: Object.keys(args).join() }] });
server.registerTool("greet", { inputSchema: { name: z.string() } }, answer);
const [here, there] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: "client", version: "1.0.0" });
await Promise.all([server.connect(here), client.connect(there)]);
const list = async () => (await client.listTools()).tools.map((tool) => tool.name).join();

console.log("before:  ", await list());
server.registerTool("remind", { inputSchema: { at: z.coerce.date() } }, answer);
console.log("after:   ", await list().catch((error) => `${error.name} ${error.message}`));
const { content } = await client.callTool({ name: "remind", arguments: { at: "2026-11-29" } });
console.log("a call:  ", content[0].text);
JS
node tools.mjs | tee seen
diff seen - << 'SEEN'
before:   greet
after:    McpError MCP error -32603: Date cannot be represented in JSON Schema
a call:   at
SEEN
# Seen on 2026-11-29 (the lines above), Node.js 20.20.2.
