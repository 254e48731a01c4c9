import { execFile, execFileSync } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cliFile, ownSettings, runProgram } from "./helpers/run-program.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  // What the scripts call, as if it were installed.
  const command = [process.execPath, ...process.execArgv, cliFile].map((word) => `'${word}'`).join(" ");
  const program = join(server.directory, "oomol-connect");
  await writeFile(program, `#!/bin/sh\nexec ${command} "$@"\n`);
  await chmod(program, 0o755);
});

afterAll(() => server[Symbol.asyncDispose]());

const has = (shell: string) => {
  try {
    execFileSync(shell, ["-c", "exit 0"]);
    return true;
  } catch {
    return false;
  }
};

async function inShell(shell: string, args: string[]): Promise<string> {
  const script = (await runProgram(cliFile, ["completion", shell])).stdout;
  await writeFile(join(server.directory, `completion.${shell}`), script);
  const PATH = `${server.directory}${delimiter}${process.env.PATH}`;
  const env = { ...ownSettings(), PATH, OOMOL_CONNECT_BASE_URL: server.baseUrl };
  return (await promisify(execFile)(shell, args, { env, cwd: server.directory })).stdout;
}

/** What bash would offer at the end of each line. */
async function completeInBash(lines: string[]): Promise<Record<string, string[]>> {
  const ask = `
    source completion.bash
    for COMP_LINE in "$@"; do
      COMP_POINT=\${#COMP_LINE}
      _oomol_connect
      printf '%s' "$COMP_LINE"; printf '\\t%s' "\${COMPREPLY[@]}"; printf '\\n'
    done`;
  const answer = await inShell("bash", ["--norc", "-c", ask, "bash", ...lines]);
  return Object.fromEntries(
    answer
      .trimEnd()
      .split("\n")
      .map((row) => {
        const [line = "", ...offers] = row.split("\t");
        return [line, offers];
      }),
  );
}

test.runIf(has("bash"))("bash completes commands, flags, blocks and files", async () => {
  const lines = {
    "oomol-connect bl": ["blocks"],
    "oomol-connect run pkg::fi --fi": ["--file"],
    // Of an id bash completes what stands behind the last colon.
    "oomol-connect run audio-lab::": ["text-to-audio"],
    "oomol-connect run audio": ["audio-lab::text-to-audio"],
    "oomol-connect run a::b --file comp": ["completion.bash"],
    "oomol-connect completion zs": ["zsh"],
  };
  expect(await completeInBash(Object.keys(lines))).toEqual(lines);
});

test.runIf(has("fish"))("fish completes commands and blocks", async () => {
  const ask = (line: string) => ["--no-config", "-c", `source completion.fish; complete -C "${line}"`];
  expect(await inShell("fish", ask("oomol-connect bl"))).toMatch(/^blocks\t/);
  expect(await inShell("fish", ask("oomol-connect run audio"))).toMatch(/^audio-lab::text-to-audio\t/);
});

test.runIf(has("zsh"))("zsh takes its script", async () => {
  const ask =
    "autoload -U compinit && compinit -u -D && source completion.zsh && print $_comps[oomol-connect]";
  expect((await inShell("zsh", ["-f", "-c", ask])).trim()).toBe("_oomol-connect");
});

test("a server out of reach completes nothing, and says nothing", async () => {
  const env = { OOMOL_CONNECT_BASE_URL: "http://127.0.0.1:5/api" };
  const outcome = await runProgram(cliFile, ["complete", "--", "run", ""], { env });
  expect(outcome).toEqual({ code: 0, stdout: ":4\n", stderr: "" });
});
