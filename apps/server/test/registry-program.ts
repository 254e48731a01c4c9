import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runServer } from "verdaccio";

/** Verdaccio in a process of its own, with all its data in the directory named by the first argument. */

// When a client hangs up in the middle of a download, it answers twice.
process.on("unhandledRejection", () => undefined);
process.on("disconnect", () => process.exit());

const directory = process.argv[2] ?? "";
const config = {
  configPath: join(directory, "config.yaml"),
  storage: join(directory, "storage"),
  uplinks: {},
  web: { enable: false },
  packages: { "**": { access: process.argv[3] ?? "$all", publish: "$all" } },
  auth: { htpasswd: { file: join(directory, "htpasswd") } },
  log: { type: "file", path: join(directory, "log"), level: "fatal", format: "json" },
};
// Cast: its types ask for every setting that has a default.
const server: Server = await runServer(config as unknown as Parameters<typeof runServer>[0]);
server.on("request", ({ method, url }) => process.send?.({ request: `${method} ${url}` }));
server.listen(0, "127.0.0.1", () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
