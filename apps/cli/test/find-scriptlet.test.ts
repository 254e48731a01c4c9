import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { afterEach, expect, test, vi } from "vitest";
import { findScriptlet } from "../src/new/find-scriptlet.ts";
import { listenOnLoopback } from "./helpers/listen-on-loopback.ts";

afterEach(() => vi.unstubAllEnvs());

test("a command that runs in a clone takes the clone's", async () => {
  await using folder = await createTemporaryFolder();
  const clone = await writeScriptlet(folder.file("clone/packages/scriptlet"));
  await writeFile(folder.file("clone/package.json"), '{ "packageManager": "pnpm@1.2.3" }');
  expect(await findScriptlet(clone)).toEqual({ spec: `file:${clone}`, note: expect.stringContaining(clone) });
});

test("a clone that is not built yet is to be built first", async () => {
  await using folder = await createTemporaryFolder();
  const clone = await writeScriptlet(folder.file("clone/packages/scriptlet"));
  await writeFile(folder.file("clone/package.json"), '{ "packageManager": "pnpm@1.2.3" }');
  const build = `first run in ${folder.file("clone")}: npx -y pnpm@1.2.3 build`;
  expect((await findScriptlet(clone)).note).toContain(build);
  await mkdir(join(clone, "dist"));
  expect((await findScriptlet(clone)).note).not.toContain(build);
});

test("a version that the registry has is taken from there", async () => {
  await using folder = await createTemporaryFolder();
  await using registry = await startRegistry(["1.2.3"]);
  useRegistry(registry.url, folder.path);
  const installed = await writeScriptlet(folder.file("project/node_modules/@oomol/scriptlet"));
  expect(await findScriptlet(installed)).toEqual({ spec: "^1.2.3" });
});

test("one that the registry does not have comes from the tarball that npm has installed", async () => {
  await using folder = await createTemporaryFolder();
  await using registry = await startRegistry(["1.2.2"]);
  useRegistry(registry.url, folder.path);
  const installed = await writeScriptlet(folder.file("project/node_modules/@oomol/scriptlet"));
  const packages = { "node_modules/@oomol/scriptlet": { resolved: "file:../tarballs/scriptlet.tgz" } };
  await writeFile(folder.file("project/node_modules/.package-lock.json"), JSON.stringify({ packages }));
  const tarball = folder.file("tarballs/scriptlet.tgz");
  expect(await findScriptlet(installed)).toEqual({
    spec: `file:${tarball}`,
    note: expect.stringContaining(tarball),
  });
});

test("without a registry and a tarball, the command's own copy is taken", async () => {
  await using folder = await createTemporaryFolder();
  // Nobody listens there any more.
  const { url } = await listenOnLoopback(() => undefined).then(async (server) => {
    await server[Symbol.asyncDispose]();
    return server;
  });
  useRegistry(url, folder.path);
  const installed = await writeScriptlet(folder.file("project/node_modules/@oomol/scriptlet"));
  expect(await findScriptlet(installed)).toMatchObject({ spec: `file:${installed}` });
});

async function writeScriptlet(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "name": "@oomol/scriptlet", "version": "1.2.3" }');
  return folder;
}

/** npm's registry API, as far as `npm view` asks for it. */
function startRegistry(versions: readonly string[]) {
  const name = "@oomol/scriptlet";
  const manifests = versions.map((version) => [version, { name, version, dist: {} }]);
  const packument = {
    name,
    "dist-tags": { latest: versions[0] },
    versions: Object.fromEntries(manifests),
  };
  return listenOnLoopback(({ url = "" }, answer) => {
    if (decodeURIComponent(url) === `/${name}`) answer.end(JSON.stringify(packument));
    else answer.writeHead(404).end("{}");
  });
}

function useRegistry(url: string, cache: string): void {
  vi.stubEnv("npm_config_registry", url);
  vi.stubEnv("npm_config_cache", join(cache, "npm-cache"));
}
