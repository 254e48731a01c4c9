import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blocksDirectory, cliFile, ownSettings, runProgram } from "./helpers/run-program.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

const token = "api-canary-0123456789";
let server: TestServer;
let tokenFile: string;

beforeAll(async () => {
  server = await startTestServer();
  tokenFile = join(server.directory, "token");
});

afterAll(() => server[Symbol.asyncDispose]());

test("--api-token-file takes the first token of a file, as a server does", async () => {
  await writeFile(tokenFile, `# mine\n\n  ${token} \n`);
  const flags = ["--base-url", server.baseUrl, "--api-token-file"];
  const { stdout, stderr } = await runProgram(cliFile, ["doctor", ...flags, tokenFile]);
  expect(stdout).toMatch(/token +given, from --api-token-file/);
  expect(stdout + stderr).not.toContain("canary");
  expect(stderr).toBe("");
  await writeFile(tokenFile, "# none\n");
  const empty = await runProgram(cliFile, ["blocks", ...flags, tokenFile]);
  expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining("contains no token") });
  await rm(tokenFile);
  const absent = await runProgram(cliFile, ["blocks", ...flags, tokenFile]);
  expect(absent).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot be read: ENOENT") });
});

test("--api-token says that everyone can read it, without saying what", async () => {
  const { code, stderr } = await runProgram(cliFile, [
    "blocks",
    "--base-url",
    server.baseUrl,
    "--api-token",
    token,
  ]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^Other users of this machine can read --api-token/);
  expect(stderr).not.toContain("canary");
});

test.skipIf(process.platform !== "linux")(
  "`serve` is the server itself, whose environment shows no token, and which ends as it does",
  async () => {
    const flags = [
      "--packages",
      blocksDirectory,
      "--port",
      "0",
      "--json",
      "--data",
      join(server.directory, "other"),
    ];
    const child = spawn(process.execPath, [...process.execArgv, cliFile, "serve", ...flags], {
      env: { ...ownSettings(), OOMOL_CONNECT_SERVER_TOKENS: token },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(child, "exit");
    const [text] = await once(child.stdout, "data");
    const { url } = JSON.parse(String(text));
    expect((await fetch(`${url}/v1/blocks`, { headers: { Authorization: token } })).status).toBe(200);
    expect((await fetch(`${url}/v1/blocks`)).status).toBe(401);
    const environment = await readFile(`/proc/${child.pid}/environ`, "utf8");
    expect(environment).toContain("OOMOL_CONNECT_SERVER_TOKENS=");
    expect(environment).not.toContain("canary");
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  },
);
