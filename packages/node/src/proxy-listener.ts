import type { IncomingMessage, RequestListener } from "node:http";
import { createRequestListener } from "@remix-run/node-fetch-server";
import type { ConnectProxy } from "./proxy/index.ts";

/**
 * The proxy for `node:http` and Express. In Express it comes before any middleware that reads bodies; the path at which it is mounted
 * is the `basePath` of the proxy.
 *
 * @example
 * createServer(createProxyListener(proxy)).listen(8080); // node:http
 * app.use("/api", createProxyListener(proxy)); // Express
 */
export function createProxyListener(proxy: ConnectProxy): RequestListener {
  const answer = createRequestListener((request) => proxy(request));
  return (request, response) => {
    if (hasBeenRead(request)) {
      response.writeHead(500, { "content-type": "application/json" });
      return void response.end(JSON.stringify({ error: readTooEarly }));
    }
    // Express cuts off the path at which it mounts a handler.
    const whole: unknown = Reflect.get(request, "originalUrl");
    if (typeof whole === "string") request.url = whole;
    return answer(request, response);
  };
}

const readTooEarly =
  "The body was read before it reached the proxy: mount the proxy before express.json() and the like.";

/** A body that is gone would be waited for without end. */
function hasBeenRead({ method, readableDidRead }: IncomingMessage): boolean {
  return readableDidRead && method !== "GET" && method !== "HEAD";
}
