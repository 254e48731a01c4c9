import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDataDirectory } from "./open-test-server.ts";
import { waitUntilGone } from "./processes.ts";
import { startProgram } from "./start-program.ts";

test("says where it listens, once, to people and to its parent", async () => {
  await using data = await makeDataDirectory();
  await using server = await startProgram(["--data", data.path]);
  expect(server.message).toMatchObject({
    type: "ready",
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/api$/),
  });
  // Without a build there is no playground to name.
  const { url, playgroundUrl } = server.message ?? {};
  const playground = playgroundUrl ? `Playground: ${playgroundUrl}\n` : "";
  const { stdout, stderr } = server.output;
  expect(stdout).toBe(`Connect server listening on ${url}\n${playground}`);
  // Node.js 22 and 24 say that they are still at work on their SQLite.
  const lines = stderr
    .replace(/^\(node:\d+\) ExperimentalWarning: SQLite.*\n\(Use .*\)\n/m, "")
    .trim()
    .split("\n");
  expect(lines).toEqual([expect.stringMatching(/"msg":"skipped the package .*\/broken: /)]);
});

test.each(["SIGTERM", "SIGINT"] as const)("ends with 0 and all its processes at %s", async (signal) => {
  await using data = await makeDataDirectory();
  await using server = await startProgram(["--data", data.path]);
  const id = await server.client.start("lab::hang");
  const { event } = await server.client.waitForLog(id, "BlockOutput");
  server.child.kill(signal);
  expect(await server.exited).toBe(0);
  await waitUntilGone(event.output as number[], 1_000);
});

test("leaves no process behind when its parent is gone", async () => {
  await using data = await makeDataDirectory();
  await using server = await startProgram(["--data", data.path]);
  const id = await server.client.start("lab::hang");
  const { event } = await server.client.waitForLog(id, "BlockOutput");
  server.child.disconnect();
  expect(await server.exited).toBe(0);
  await waitUntilGone(event.output as number[], 1_000);
});

test("takes tokens from a file and from the environment", async () => {
  await using data = await makeDataDirectory();
  const file = join(data.path, "tokens");
  await writeFile(file, "# callers\napi-file\n\n");
  const flags = ["--data", data.path, "--token-file", file];
  await using server = await startProgram(flags, {
    env: { OOMOL_CONNECT_SERVER_TOKENS: "api-env, api-other" },
  });
  for (const [token, status] of [
    ["api-file", 200],
    ["api-env", 200],
    ["api-other", 200],
    ["# callers", 401],
  ] as const) {
    const response = await server.client.request("/v1/blocks", { headers: { Authorization: token } });
    expect(response.status).toBe(status);
  }
});

test.each([
  [["--host", "0.0.0.0"], /needs a token/],
  [["--port", "many"], /must be a whole number/],
  [
    ["--task-timeout-ms", "3000000000"],
    /^--task-timeout-ms may be 2147483647 \(24 days\) at most, not 3000000000\.$/m,
  ],
  [["--executor-ready-timeout-ms", "3000000000"], /^--executor-ready-timeout-ms may be 2147483647/m],
  [["--token-file", "/nowhere/tokens"], /\/nowhere\/tokens/],
])("explains itself and ends with 1 for %j", async (flags, sentence) => {
  await using data = await makeDataDirectory();
  await using server = await startProgram(["--data", data.path, ...flags]);
  expect(await server.exited).toBe(1);
  expect(server.output.stderr).toMatch(sentence);
  expect(server.output.stdout).toBe("");
});

test("ends too when its parent goes before it is ready", async () => {
  await using data = await makeDataDirectory();
  await using server = await startProgram(["--data", data.path], { before: (child) => child.disconnect() });
  expect(await server.exited).toBe(0);
});
