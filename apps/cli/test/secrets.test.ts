import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cliFile, runProgram } from "./helpers/run-program.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

const rightToken = "api-canary-right-0123456789";
const annsToken = "api-canary-ann-0123456789";
const wrongToken = "api-canary-wrong-9876543210";
let server: TestServer;
let tokens: string;

beforeAll(async () => {
  tokens = join(tmpdir(), `connect-tokens-${process.pid}`);
  await writeFile(tokens, `${rightToken}\n{ name: ann, token: ${annsToken}, roles: [run] }\n`);
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

test("what a token does not allow is said with what it would need, and another caller's task is not there", async () => {
  const as = (token: string, ...args: string[]) =>
    runProgram(cliFile, [args[0] ?? "", "--base-url", server.baseUrl, ...args.slice(1)], {
      env: { OOMOL_CONNECT_API_TOKEN: token },
    });
  expect(await as(annsToken, "install", "some-package@1.0.0")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      'answered with 403: The token of "ann" may not install packages: that needs the role install, and it has run.',
    ),
  });
  const { stdout } = await as(rightToken, "run", "audio-lab::text-to-audio", "-i", "text=Hello", "--json");
  const { taskId } = JSON.parse(stdout);
  for (const command of ["show", "logs", "stop"]) {
    expect(await as(annsToken, command, taskId)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`There is no task "${taskId}".`),
    });
  }
  expect((await as(rightToken, "show", taskId)).code).toBe(0);
});

test("a token file for servers is not sent as a token", async () => {
  const file = join(server.directory, "named");
  await writeFile(file, `{ name: ann, token: ${annsToken}, roles: [run] }`);
  const outcome = await runProgram(cliFile, [
    "blocks",
    "--base-url",
    server.baseUrl,
    "--api-token-file",
    file,
  ]);
  expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining("is one for servers") });
  expect(outcome.stderr).not.toContain("canary");
});
