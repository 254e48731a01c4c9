import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packPackage } from "../test/helpers/pack-package.ts";
import { publishedPackages, root } from "../test/helpers/published-packages.ts";
import { temporaryDirectory } from "../test/helpers/temporary-directory.ts";

/** A real registry on loopback that holds the workspace's tarballs; all else comes from the user's own. */
export async function publishToLocalRegistry(): Promise<Disposable & { url: string }> {
  const directory = temporaryDirectory();
  const child = fork(join(root, "apps/server/test/registry-program.ts"), [directory.path], {
    stdio: "ignore",
  });
  const dispose = () => {
    child.kill("SIGKILL");
    directory.remove();
  };
  try {
    const ended = once(child, "exit").then(([code]) =>
      Promise.reject(new Error(`verdaccio ended with ${code}`)),
    );
    const [message] = await Promise.race([once(child, "message"), ended]);
    const { url } = message as { url: string };
    const token = await addUser(url);
    const userconfig = join(directory.path, "npmrc");
    writeFileSync(userconfig, `//${new URL(url).host}/:_authToken=${token}\n`);
    // A provenance statement is signed by the forge that publishes, so not here.
    const flags = ["--registry", url, "--userconfig", userconfig, "--access", "public", "--no-provenance"];
    for (const source of publishedPackages())
      execFileSync("npm", ["publish", packPackage(source.directory, directory.path).path, ...flags], {
        cwd: directory.path,
        stdio: "pipe",
      });
    return { url, [Symbol.dispose]: dispose };
  } catch (failure) {
    dispose();
    throw failure;
  }
}

async function addUser(url: string): Promise<string> {
  const response = await fetch(`${url}/-/user/org.couchdb.user:publisher`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name: "publisher", password: "a long password" }),
  });
  const { token } = (await response.json()) as { token?: string };
  if (token === undefined) throw new Error(`The local registry gave no token: ${response.status}`);
  return token;
}
