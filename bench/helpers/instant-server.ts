// A program in the manner of servers in the field, whose tasks have ended when they are asked for: sends its base URL to the
// parent when it listens.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const task = {
  id: "t",
  status: "completed",
  project_id: "p",
  manifest_path: "a::b",
  created_at: 1,
  updated_at: 2,
};
const log = { project_name: "p", session_id: "s", node_id: "_", manifest_path: "a::b", created_at: 1 };
const logs = [
  { ...log, id: 0, type: "SessionStarted", event: { session_id: "s" } },
  { ...log, id: 1, type: "BlockStarted", event: { job_id: "j", stacks: [], inputs: { text: "Hello" } } },
  { ...log, id: 2, type: "BlockFinished", event: { job_id: "j", stacks: [], result: { text: "Hello" } } },
  { ...log, id: 3, type: "SessionFinished", event: { session_id: "s" } },
];
const created = JSON.stringify({ success: true, task: { ...task, status: "created" } });
const ended = JSON.stringify({ success: true, task });
const told = JSON.stringify({ success: true, logs });

const server = createServer((request, response) => {
  request.resume();
  const body = request.method === "POST" ? created : request.url?.endsWith("/logs") ? told : ended;
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
});
server.listen(0, "127.0.0.1", () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api`);
});
