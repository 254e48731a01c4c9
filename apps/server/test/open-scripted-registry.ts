import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An npm registry that serves any bytes as a package's only version, 1.0.0, under their true checksum. */
export async function openScriptedRegistry() {
  const archives = new Map<string, Buffer>();
  const stalls = new Map<string, (response: ServerResponse) => void>();
  const server = createServer((request, response) => {
    const stall = stalls.get(request.url ?? "");
    if (stall) return stall(response);
    const [, name = "", file] = (request.url ?? "").split("/");
    const archive = archives.get(name);
    if (archive === undefined) return void response.writeHead(404).end();
    if (file !== undefined) return void response.end(archive);
    const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
    const version = { name, version: "1.0.0", dist: { integrity, tarball: `${url}${name}/archive.tgz` } };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ name, "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    serve: (name: string, archive: Buffer) => void archives.set(name, archive),
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
