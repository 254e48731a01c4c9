import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listenOnLoopback } from "./listen-on-loopback.ts";

/** npm's registry API on loopback, as far as an install asks for it, with one package of one block. */
export async function startRegistry(directory: string, name: string, version: string) {
  const tarball = await pack(join(directory, name), name, version);
  const server = await listenOnLoopback(({ url: path }, answer) => {
    if (path === `/${name}`) answer.end(JSON.stringify(packument()));
    else if (path === `/${name}.tgz`) answer.end(tarball);
    else answer.writeHead(404).end("{}");
  });
  const packument = () => ({
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { name, version, dist: { tarball: `${server.url}/${name}.tgz`, integrity } } },
  });
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  return server;
}

async function pack(directory: string, name: string, version: string): Promise<Buffer> {
  const task = join(directory, "package", "tasks", "say");
  await mkdir(task, { recursive: true });
  const manifest = JSON.stringify({ name, version });
  await writeFile(join(directory, "package", "package.json"), manifest);
  await writeFile(join(directory, "package", "package.oo.yaml"), manifest);
  await writeFile(join(task, "task.oo.yaml"), "executor: { name: nodejs, options: { entry: main.js } }");
  await writeFile(join(task, "main.js"), "module.exports = () => ({});");
  return execFileSync("tar", ["-cz", "-C", directory, "package"]);
}
