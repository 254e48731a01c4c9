import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cliFile, runProgram } from "./helpers/run-program.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

const rightToken = "api-canary-right-0123456789";
const wrongToken = "api-canary-wrong-9876543210";
let server: TestServer;
let tokens: string;

beforeAll(async () => {
  tokens = join(tmpdir(), `connect-tokens-${process.pid}`);
  await writeFile(tokens, `${rightToken}\n`);
  server = await startTestServer(["--token-file", tokens]);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(tokens);
});

const commands = [
  ["blocks"],
  ["run", "audio-lab::text-to-audio", "-i", "text=Hello", "--json"],
  ["run", "audio-lab::text-to-audio", "-i", "text=5", "-i", "nothing=1"],
  ["run", "audio-lab::text-to-audio", "-i", "text= "],
  ["show", "nope"],
  ["install", "nothing-of-the-kind@1.0.0"],
  ["doctor", "--json"],
  ["complete", "--", "run", ""],
];

const given = [rightToken, wrongToken].flatMap((token) =>
  commands.map((args) => [args.join(" "), token, args] as const),
);

test.for(given)("`%s` never echoes the token %s of the settings file", async ([, token, args]) => {
  const file = join(server.directory, "config.json");
  await writeFile(file, JSON.stringify({ baseUrl: server.baseUrl, apiToken: token }));
  const outcome = await runProgram(cliFile, args, { env: { OOMOL_CONNECT_CONFIG: file } });
  expect(outcome.stdout + outcome.stderr).not.toContain("canary");
});

test("nor is it echoed from a flag or the environment", async () => {
  const flags = ["doctor", "--base-url", server.baseUrl];
  const fromFlag = await runProgram(cliFile, [...flags, "--api-token", rightToken]);
  const fromEnvironment = await runProgram(cliFile, flags, { env: { OOMOL_CONNECT_API_TOKEN: rightToken } });
  for (const { stdout, stderr } of [fromFlag, fromEnvironment]) {
    expect(stdout).toMatch(/token +given, from/);
    expect(stdout + stderr).not.toContain("canary");
  }
});

test("a token is not echoed by a server out of reach, nor by an address that holds it", async () => {
  const nobody = "http://127.0.0.1:5/api";
  for (const args of [["blocks"], ["doctor"], ["run", "a::b"]]) {
    const outcome = await runProgram(cliFile, [...args, "--base-url", nobody, "--api-token", rightToken]);
    expect(outcome.code).toBe(3);
    expect(outcome.stdout + outcome.stderr).not.toContain("canary");
  }
  const address = `http://user:${rightToken}@127.0.0.1:5/api`;
  for (const args of [["blocks"], ["doctor"]]) {
    const outcome = await runProgram(cliFile, [...args, "--base-url", address]);
    expect(outcome.stdout + outcome.stderr).not.toContain("canary");
  }
});

test("doctor says what is wrong with a token", async () => {
  const none = await runProgram(cliFile, ["doctor", "--base-url", server.baseUrl]);
  expect(none).toMatchObject({ code: 2, stdout: expect.stringContaining("The server needs a token") });
  const wrong = await runProgram(cliFile, [
    "doctor",
    "--base-url",
    server.baseUrl,
    "--api-token",
    wrongToken,
  ]);
  expect(wrong).toMatchObject({ code: 2, stdout: expect.stringContaining("refuses this token") });
});
