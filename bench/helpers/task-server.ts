// A program that answers every request with the same small task; sends its base URL to the parent when it listens.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const body = JSON.stringify({
  success: true,
  task: { id: "t", status: "running", project_id: "p", manifest_path: "a::b", created_at: 1, updated_at: 2 },
});

const server = createServer((_, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
});
server.listen(0, "127.0.0.1", () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api`);
});
