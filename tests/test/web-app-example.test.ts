import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startConnectServer } from "@oomol/test-server";
import { afterAll, beforeAll, test } from "vitest";
import { expectPageSpeaks } from "./helpers/expect-page-speaks.ts";
import { root } from "./helpers/published-packages.ts";
import { copyExample, runReadme } from "./helpers/run-example.ts";

const token = "api-a-token-of-the-web-app";

let app: Awaited<ReturnType<typeof copyExample>>;

beforeAll(async () => {
  app = await copyExample("web-app");
});

afterAll(() => app[Symbol.asyncDispose]());

test("the web app compiles and is built, as its README says", () => runReadme("web-app", app.path));

test("its page speaks without the token, also after a reload", async () => {
  await using server = await startConnectServer({ packages: [join(root, "apps/blocks")], token });
  await using started = await startApp(app.path, server.url);
  await expectPageSpeaks(started.url, token);
});

/** What `npm start` runs; ended with the scope. */
async function startApp(cwd: string, serverUrl: string): Promise<AsyncDisposable & { url: string }> {
  const env = {
    ...process.env,
    NODE_OPTIONS: "",
    PORT: "0",
    OOMOL_CONNECT_BASE_URL: serverUrl,
    OOMOL_CONNECT_API_TOKEN: token,
  };
  const child: ChildProcess = spawn(process.execPath, ["server.ts"], {
    cwd,
    env,
    stdio: ["ignore", "pipe", 2],
  });
  const exited = once(child, "exit");
  if (!child.stdout) throw new Error("The app has no output.");
  const lines = createInterface({ input: child.stdout });
  const [url] = (await Promise.race([once(lines, "line"), exited.then(() => ["it ended"])])) as [string];
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
