import { request } from "node:http";
import { listenOnLoopback } from "./listen-on-loopback.ts";

/** A server as the one at `baseUrl`, but one that announces no extension of the API. */
export function withoutExtensions(baseUrl: string) {
  const { origin } = new URL(baseUrl);
  return listenOnLoopback((incoming, outgoing) => {
    const { method, headers, url = "/" } = incoming;
    const forwarded = request(origin + url, { method, headers }, (answer) => {
      const { "connect-extensions": _, ...kept } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, kept);
      answer.pipe(outgoing);
    });
    forwarded.on("error", () => outgoing.destroy());
    outgoing.on("close", () => forwarded.destroy());
    incoming.pipe(forwarded);
  });
}
