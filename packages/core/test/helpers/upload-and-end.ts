// A program whose upload is refused before it was read, and then has nothing more to do: it must exit by itself.
import { OomolConnectClient } from "@oomol/connect-core";

const [baseUrl = ""] = process.argv.slice(2);
await using client = new OomolConnectClient({ baseUrl, timeoutMs: 600_000 });
const file = { data: new Blob([new Uint8Array(20_000_000)]), name: "large.bin" };
await client.tasks.createWithFiles("a::b", {}, file).catch((failure) => console.log(failure.message));
