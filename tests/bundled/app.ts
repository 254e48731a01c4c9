// A web app's one call, as its bundler sees it.
import { OomolConnectClient } from "@oomol/connect-browser";

const client = new OomolConnectClient({ baseUrl: "/plain/api" });
const run = client.tasks.run({ blockId: "pkg::echo", inputValues: { text: "Hello" } });
Object.assign(globalThis, { outcome: run.then(({ result }) => result) });
