// A server in a process of its own: reads what it is sent and answers with its length, with a file of the length that its name
// says, or with no tasks.
import { createServer, type ServerResponse } from "node:http";
import { Readable } from "node:stream";

const zeros = Buffer.alloc(2 ** 18);

function* bytesOf(sizeBytes: number): Generator<Buffer> {
  for (let leftBytes = sizeBytes; leftBytes > 0; leftBytes -= zeros.length) {
    yield leftBytes >= zeros.length ? zeros : zeros.subarray(0, leftBytes);
  }
}

function sendFile(response: ServerResponse, sizeBytes: number): void {
  response.setHeader("content-length", sizeBytes);
  Readable.from(bytesOf(sizeBytes)).pipe(response);
}

const server = createServer((request, response) => {
  response.setHeader("connect-extensions", "files");
  const [, fileSize] = /\/files\/(\d+)$/.exec(request.url ?? "") ?? [];
  if (fileSize !== undefined) return sendFile(response, Number(fileSize));
  let sizeBytes = 0;
  request.on("data", (chunk: Buffer) => {
    sizeBytes += chunk.length;
  });
  request.on("end", () => {
    const task = { id: String(sizeBytes), status: "created", project_id: "p", manifest_path: "m" };
    const body = JSON.stringify(
      request.method === "GET" ? { tasks: [] } : { task: { ...task, created_at: 1, updated_at: 1 } },
    );
    response.setHeader("content-type", "application/json");
    response.end(body);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") process.send?.(address?.port);
});
process.on("disconnect", () => process.exit());
