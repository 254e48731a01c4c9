import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cliFile, ownSettings } from "./helpers/run-program.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Runs a line of the shell in which `cli` is our command; what it prints last is the command's exit code. */
function shell(line: string): Promise<{ stdout: string; stderr: string }> {
  const command = [process.execPath, ...process.execArgv, cliFile].map((word) => `'${word}'`).join(" ");
  const script = `cli() { ${command} "$@" --base-url ${server.baseUrl}; }\n${line}`;
  const env = { ...ownSettings(), NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile("bash", ["-c", script], { env }, (_error, stdout, stderr) => resolve({ stdout, stderr }));
  });
}

const hasShell = existsSync("/bin/bash") && existsSync("/dev/full");

test.runIf(hasShell)("a reader that has had enough ends the command quietly", async () => {
  // The reader is gone before anything is printed.
  const { stdout, stderr } = await shell('{ cli blocks --json; echo "code $?" >&2; } | true');
  expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "code 141\n" });
});

test.runIf(hasShell)("a disk without room is told in one sentence", async () => {
  const { stdout, stderr } = await shell('cli blocks --json > /dev/full; echo "code $?"');
  expect(stdout).toBe("code 1\n");
  expect(stderr).toMatch(/^error Could not write the output: .*ENOSPC.*\n$/);
});

test.runIf(hasShell)("a task whose result nobody reads has ended, and the command is quiet", async () => {
  const run = "cli run audio-lab::text-to-audio --input text=Hi --json";
  const { stderr } = await shell(`{ ${run} 2>/dev/null; echo "code $?" >&2; } | true`);
  expect(stderr).toBe("code 141\n");
});
