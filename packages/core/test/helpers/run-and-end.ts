// A program that ends a run in one of several ways and then has nothing more to do: it must exit by itself.
import { OomolConnectClient } from "@oomol/connect-core";

const [baseUrl = "", ending] = process.argv.slice(2);
const client = new OomolConnectClient({ baseUrl, timeoutMs: 120_000 });
const abort = new AbortController();
const options = {
  intervalMs: 120_000,
  signal: abort.signal,
  timeoutMs: ending === "timeout" ? 3_000 : 240_000,
};
const run = await client.tasks.start({ blockId: "a::b" }, options);
for await (const event of run) if (event.type === "status") break;
if (ending === "abort") queueMicrotask(() => abort.abort());
if (ending !== "leave") await run.result().catch(() => undefined);
