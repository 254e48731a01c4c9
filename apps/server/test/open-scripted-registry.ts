import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An npm registry that serves any bytes as a package's only version, 1.0.0, under their true checksum. */
export async function openScriptedRegistry() {
  const archives = new Map<string, Buffer>();
  const tarballHosts = new Map<string, string>();
  const stalls = new Map<string, (response: ServerResponse) => void>();
  const server = createServer((request, response) => {
    const stall = stalls.get(request.url ?? "");
    if (stall) return stall(response);
    const [, name = "", file] = (request.url ?? "").split("/");
    const archive = archives.get(name);
    if (archive === undefined) return void response.writeHead(404).end();
    if (file !== undefined) return void response.end(archive);
    const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
    const tarball = `${tarballHosts.get(name) ?? url}${name}/archive.tgz`;
    const version = { name, version: "1.0.0", dist: { integrity, tarball } };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ name, "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    /** `tarballHost` is where it says that the bytes are, `http://host:port/`. */
    serve(name: string, archive: Buffer, tarballHost?: string) {
      archives.set(name, archive);
      if (tarballHost !== undefined) tarballHosts.set(name, tarballHost);
    },
    /** Answers requests for a path by hand. */
    answer: (path: string, handle: (response: ServerResponse) => void) => void stalls.set(path, handle),
    /** Leaves the next request for a path without an answer, and gives what would have been written to. */
    stall: (path: string) =>
      new Promise<ServerResponse>((resolve) => {
        stalls.set(path, resolve);
      }),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
