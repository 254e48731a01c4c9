// A client of its own: creates a task with the file that it is told of, and says how long that took.
import { OomolConnectClient } from "@oomol/connect-node";

const [baseUrl = "", blockId = ""] = process.argv.slice(2);
const client = new OomolConnectClient({ baseUrl });

process.on("message", async (path: string) => {
  const startedMs = performance.now();
  const { task } = await client.tasks.create({ blockId, files: [path] });
  process.send?.({ taskId: task.id, tookMs: performance.now() - startedMs });
});
process.on("disconnect", () => process.exit());
process.send?.(baseUrl);
