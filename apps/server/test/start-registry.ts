import { execFile, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { makeDataDirectory } from "./open-test-server.ts";

export interface PublishedPackage {
  name: string;
  version: string;
  /** Block packages, by name. */
  blockPackages?: Record<string, string>;
  /** Of its package.json. */
  dependencies?: Record<string, string>;
  scripts?: Record<string, string>;
  /** Further files, by path; without any it is a package with one block, `say`. */
  files?: Record<string, string>;
}

/** A real registry (verdaccio) on loopback, which knows only what is published to it. */
export async function startRegistry(access: "$all" | "$authenticated" = "$all") {
  const directory = await makeDataDirectory();
  const program = fileURLToPath(new URL("./registry-program.ts", import.meta.url));
  const child = fork(program, [directory.path, access], { stdio: "ignore" });
  const requests: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`verdaccio ended with ${code}`)));
    child.on("message", (message: { url?: string; request?: string }) => {
      if (message.url) resolve(message.url);
      if (message.request) requests.push(message.request);
    });
  });
  return {
    url,
    requests,
    /** The token of a new user. */
    async addUser(name: string): Promise<string> {
      const response = await fetch(`${url}/-/user/org.couchdb.user:${name}`, {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ name, password: "a long password" }),
      });
      const { token } = (await response.json()) as { token?: string };
      if (token === undefined) throw new Error(`${name} got no token: ${response.status}`);
      return token;
    },
    async publish(one: PublishedPackage) {
      const tarball = await pack(join(directory.path, "sources", `${one.name}-${one.version}`), one);
      const response = await fetch(`${url}/${one.name.replace("/", "%2f")}`, {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(publishBody(url, one, tarball)),
      });
      if (!response.ok) throw new Error(`${one.name} was not published: ${await response.text()}`);
    },
    /** Changes what is stored, behind the registry's back. */
    async tamper(name: string) {
      const storage = join(directory.path, "storage");
      const files = await readdir(join(storage, name));
      const tarball = files.find((file) => file.endsWith(".tgz")) ?? "";
      const { path } = await makePackage(join(directory.path, "tampered"), {
        name,
        version: "6.6.6",
        files: { "package.oo.yaml": `name: ${name}\nversion: 6.6.6\n` },
      });
      await writeFile(join(storage, name, tarball), await readTarball(path));
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await once(child, "exit");
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function pack(path: string, one: PublishedPackage): Promise<Buffer> {
  await makePackage(path, one);
  return readTarball(path);
}

async function readTarball(path: string): Promise<Buffer> {
  await promisify(execFile)("tar", ["-czf", `${path}.tgz`, "-C", path, "package"]);
  return readFile(`${path}.tgz`);
}

async function makePackage(path: string, one: PublishedPackage): Promise<{ path: string }> {
  const { name, version, dependencies = {}, scripts = {}, blockPackages = {} } = one;
  const manifest = { name, version, dependencies: blockPackages };
  const block = {
    "package.oo.yaml": JSON.stringify(manifest),
    "tasks/say/task.oo.yaml": JSON.stringify({
      executor: { name: "nodejs", options: { entry: "main.js" } },
      outputs_def: [{ handle: "said" }],
    }),
    "tasks/say/main.js": `module.exports = () => ({ said: ${JSON.stringify(`${name} ${version}`)} });`,
  };
  const files = {
    "package.json": JSON.stringify({ name, version, dependencies, scripts }),
    ...(one.files ?? block),
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, "package", file)), { recursive: true });
    await writeFile(join(path, "package", file), text);
  }
  return { path };
}

function publishBody(
  url: string,
  { name, version, dependencies = {}, scripts = {} }: PublishedPackage,
  tarball: Buffer,
) {
  const file = `${name.replace(/^@.*\//, "")}-${version}.tgz`;
  const hash = (algorithm: string, encoding: "hex" | "base64") =>
    createHash(algorithm).update(tarball).digest(encoding);
  const dist = {
    integrity: `sha512-${hash("sha512", "base64")}`,
    shasum: hash("sha1", "hex"),
    tarball: `${url}/${name}/-/${file}`,
  };
  const manifest = { name, version, dependencies, scripts, _id: `${name}@${version}`, dist };
  const content = {
    content_type: "application/octet-stream",
    data: tarball.toString("base64"),
    length: tarball.length,
  };
  return {
    _id: name,
    name,
    "dist-tags": { latest: version },
    versions: { [version]: manifest },
    _attachments: { [file]: content },
  };
}
