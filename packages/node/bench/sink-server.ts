// A server in a process of its own: reads what it is sent and answers with its length, or with no tasks.
import { createServer } from "node:http";

const server = createServer((request, response) => {
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
