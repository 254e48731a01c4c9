import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cliFile, runProgram } from "./helpers/run-program.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

let server: TestServer;
let taskId: string;
const cli = (...args: string[]) => server.cli(...args);

beforeAll(async () => {
  server = await startTestServer();
  const { stdout } = await cli("run", "audio-lab::text-to-audio", "--input", "text=Hello", "--json");
  taskId = JSON.parse(stdout).taskId;
});

afterAll(() => server[Symbol.asyncDispose]());

describe("tasks", () => {
  test("are listed, for people and for machines", async () => {
    expect((await cli("tasks")).stdout).toContain(`${taskId}  completed  audio-lab::text-to-audio`);
    expect(JSON.parse((await cli("tasks", "--json")).stdout)).toEqual([
      expect.objectContaining({ id: taskId }),
    ]);
  });

  test("are listed by state and block, the newest only", async () => {
    await using own = await startTestServer();
    const run = (text: string) => own.cli("run", "audio-lab::text-to-audio", "--input", `text=${text}`);
    await run("One");
    for (const text of [" ", " ", "Two"]) await run(text);
    const list = async (...flags: string[]) => {
      const { stdout } = await own.cli("tasks", "--json", ...flags);
      return (JSON.parse(stdout) as { status: string }[]).map(({ status }) => status);
    };
    expect(await list()).toEqual(["completed", "failed", "failed", "completed"]);
    expect(await list("--status", "failed", "--limit", "1")).toEqual(["failed"]);
    expect(await list("--status", "failed", "completed", "--limit", "3")).toHaveLength(3);
    expect(await list("--block", "audio-lab::text-to-audio", "--limit", "1")).toEqual(["completed"]);
    expect(await list("--block", "audio-lab::none")).toEqual([]);
    const wrong = await own.cli("tasks", "--limit", "many");
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain("It must be a whole number above 0.");
    const unknown = await own.cli("tasks", "--status", "done");
    expect(unknown.stderr).toContain('"status" takes created, pending, running');
  });

  test("are shown with their result", async () => {
    const { code, stdout } = await cli("show", taskId);
    expect(code).toBe(0);
    expect(stdout).toMatch(/status\s+completed/);
    expect(stdout).toContain('"audio_address"');
  });

  test("are shown with the reason of their failure", async () => {
    const failed = await cli("run", "audio-lab::text-to-audio", "--input", "text= ");
    const id = /task (\S+)/.exec(failed.stderr)?.[1] ?? "";
    expect((await cli("show", id)).stdout).toMatch(/reason\s+Error: "text" is empty/);
  });

  test("have logs, to the end when followed", async () => {
    const { stdout } = await cli("logs", taskId);
    expect(stdout).toContain("│ Speaking 5 characters");
    expect((await cli("logs", taskId, "--follow")).stdout).toBe(stdout);
    const lines = (await cli("logs", taskId, "--json")).stdout.trim().split("\n");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ id: 1, type: "SessionStarted" });
  });

  test("that have ended stay as they are when stopped", async () => {
    expect(await cli("stop", taskId)).toMatchObject({ code: 0, stdout: `task ${taskId} completed\n` });
  });

  test("are deleted with what they left, once they have ended", async () => {
    const { stdout } = await cli("run", "audio-lab::text-to-audio", "--input", "text=Bye", "--json");
    const { taskId: id } = JSON.parse(stdout);
    const remove = ["tasks", "delete", id, "--base-url", server.baseUrl];
    expect(await runProgram(cliFile, remove)).toMatchObject({ code: 0, stdout: `task ${id} deleted\n` });
    expect(await runProgram(cliFile, remove)).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining(`There is no task "${id}".`),
    });
    expect(JSON.parse((await cli("tasks", "--json")).stdout)).not.toContainEqual(
      expect.objectContaining({ id }),
    );
  });

  test("that do not exist are told", async () => {
    expect(await cli("show", "nope")).toMatchObject({ code: 2, stderr: expect.stringContaining("404") });
  });
});

test("packages are listed", async () => {
  expect((await cli("packages")).stdout).toMatch(/^audio-lab\s+0\.1\.0$/m);
});

test("a settings file names the server, the environment wins over it, a flag over both", async () => {
  const file = join(server.directory, "config.json");
  await writeFile(file, JSON.stringify({ baseUrl: server.baseUrl, apiToken: "api-from-the-file" }));
  const env = { OOMOL_CONNECT_CONFIG: file };
  const fromFile = await runProgram(cliFile, ["doctor"], { env });
  expect(fromFile.stdout).toContain(`${server.baseUrl}, from ${file}`);
  expect(fromFile.stdout).not.toContain("api-from-the-file");
  expect(fromFile.code).toBe(0);
  const nobody = "http://127.0.0.1:5/api";
  const fromEnvironment = await runProgram(cliFile, ["doctor"], {
    env: { ...env, OOMOL_CONNECT_BASE_URL: nobody },
  });
  expect(fromEnvironment.stdout).toContain(`${nobody}, from OOMOL_CONNECT_BASE_URL`);
  expect(fromEnvironment.code).toBe(3);
  const flags = ["doctor", "--base-url", server.baseUrl];
  const fromFlag = await runProgram(cliFile, flags, { env: { ...env, OOMOL_CONNECT_BASE_URL: nobody } });
  expect(fromFlag.stdout).toContain(`${server.baseUrl}, from --base-url`);
});

test("every command's help has an example, and a flag for JSON where it prints something", async () => {
  const names = await commandNames();
  expect(names).toContain("doctor");
  const ofGroups = ["new block", "tasks delete", "webhooks secret", "webhooks list", "webhooks repeat"];
  for (const name of [...names, ...ofGroups]) {
    const help = await runProgram(cliFile, [...name.split(" "), "--help"]);
    expect(help, name).toMatchObject({ code: 0, stdout: expect.stringMatching(/Examples?[:,]/) });
    // A protocol, a script, and groups of commands.
    expect(help.stdout.includes("--json"), name).toBe(
      !["mcp", "completion", "new", "webhooks"].includes(name),
    );
  }
});

test("says its version", async () => {
  const { stdout } = await runProgram(cliFile, ["--version"]);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

async function commandNames(): Promise<string[]> {
  const { stdout } = await runProgram(cliFile, ["--help"]);
  const [, commands = ""] = stdout.split("Commands:");
  const names = [...commands.matchAll(/^ {2}(\w+) /gm)].map(([, name = ""]) => name);
  return names.filter((name) => !["help", "oomol"].includes(name));
}
