import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, globSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { startConnectServer } from "@oomol/test-server";
import { afterAll, expect, test } from "vitest";
import { expectPageSpeaks } from "../test/helpers/expect-page-speaks.ts";
import { root } from "../test/helpers/published-packages.ts";
import { runReadme } from "../test/helpers/run-example.ts";
import { temporaryDirectory } from "../test/helpers/temporary-directory.ts";

const directory = temporaryDirectory();
afterAll(() => directory.remove());

const token = "api-a-token-of-the-next-app";

test("the web app with Next.js is built and started as its README says, and its page speaks", async () => {
  const tarballs = join(directory.path, "tarballs");
  execFileSync("node", ["tooling/src/pack-all.ts", "--out", tarballs], { cwd: root, stdio: "pipe" });
  const app = join(directory.path, "my-app");
  cpSync(join(root, "examples/web-app-next"), app, { recursive: true });
  const files = globSync("*.tgz", { cwd: tarballs }).map((file) => join(tarballs, file));
  const npmFlags = ["--prefer-offline", "--no-audit", "--no-fund"];
  execFileSync("npm", ["install", ...files, ...npmFlags], { cwd: app, env: environment(), stdio: "pipe" });

  await using server = await startConnectServer({ packages: [join(root, "apps/blocks")], token });
  const settings = {
    OOMOL_CONNECT_BASE_URL: server.url,
    OOMOL_CONNECT_API_TOKEN: token,
    NEXT_TELEMETRY_DISABLED: "1",
  };
  expect(await runReadme("web-app-next", app, settings)).toContain("/api/[...path]");
  await using started = await startApp(app, settings);
  await expectPageSpeaks(started.url, token);
});

/** `npm start` on a free port, with all that it starts; ended with the scope. */
async function startApp(
  cwd: string,
  settings: Record<string, string>,
): Promise<AsyncDisposable & { url: string }> {
  const env = { ...environment(), ...settings };
  const child: ChildProcess = spawn("npm", ["start", "--", "-p", "0"], {
    cwd,
    env,
    stdio: ["ignore", "pipe", 2],
    detached: true,
  });
  const exited = once(child, "exit");
  return {
    url: await Promise.race([shownUrl(child), exited.then(() => Promise.reject(new Error("It ended.")))]),
    async [Symbol.asyncDispose]() {
      // The group: npm starts a shell, which starts the app.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      await exited;
    },
  };
}

async function shownUrl({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error("The app has no output.");
  for await (const line of createInterface({ input: stdout })) {
    const url = /http:\/\/localhost:\d+/.exec(line)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error("The app shows no address.");
}

/** This Node.js first on the `PATH`. */
function environment(): NodeJS.ProcessEnv {
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, CI: "1", NODE_OPTIONS: "" };
}
