// The least that takes an upload: a bare node:http server that writes what comes into a file. Sends its base URL to the parent.
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

const file = join(process.argv[2] ?? ".", "sunk.bin");

const server = createServer(async (request, response) => {
  const writing = createWriteStream(file);
  await pipeline(request, writing);
  const sizeBytes = writing.bytesWritten;
  await rm(file);
  const task = { id: String(sizeBytes), status: "created", project_id: "p", manifest_path: "m" };
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ task: { ...task, created_at: 1, updated_at: 1 } }));
});
server.listen(0, "127.0.0.1", () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api`);
});
