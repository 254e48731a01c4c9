// A proxy in a process of its own: ours as an app mounts it, or the least that node:http can do. Sends its base URL.
import { createServer, type RequestListener, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createConnectProxy } from "@oomol/connect-node/proxy";

const [kind, origin = ""] = process.argv.slice(2);

const bare: RequestListener = (request, response) => {
  const { method, headers, url } = request;
  const onward = send(`${origin}${url}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  request.pipe(onward);
};
const ours = createConnectProxy({
  baseUrl: `${origin}/api`,
  apiToken: "token",
  allowBlocks: ["pkg::sink"],
  authorize: "public",
  maxUploadBytes: 2 ** 32,
});

const server = createServer(kind === "ours" ? getRequestListener(ours) : bare);
server.listen(0, "127.0.0.1", () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api`);
});
