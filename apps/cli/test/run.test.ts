import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalServer, startLocalServer } from "../src/start-local-server.ts";
import { blocksDirectory, cliFile, type Outcome, processesWith, runProgram } from "./helpers/run-program.ts";

const token = "api-0123456789";
let directory: string;
let server: LocalServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "oomol-connect-cli-"));
  const tokens = join(directory, "tokens");
  await writeFile(tokens, `${token}\n`);
  const flags = ["--packages", blocksDirectory, "--data", join(directory, "data"), "--token-file", tokens];
  server = await startLocalServer(flags);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
  expect(processesWith(directory)).toEqual([]);
});

const run = (...args: string[]) => cli("run", ...args);

function cli(command: string, ...args: string[]): Promise<Outcome> {
  return runProgram(cliFile, [command, "--base-url", server.baseUrl, "--api-token", token, ...args]);
}

test("lists blocks that match", async () => {
  const { code, stdout } = await cli("blocks", "audio");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^audio-lab::text-to-audio\s+v0\.1\.0/);
  expect(stdout.trim().split("\n")).toHaveLength(1);
});

test("runs a block: the result on stdout, what happens on stderr", async () => {
  const { code, stdout, stderr } = await run("audio-lab::text-to-audio", "--input", "text=Hello");
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("progress 100 %") });
  expect(JSON.parse(stdout).audio_address).toMatch(/\.wav$/);
});

test("uploads files to a block", async () => {
  const file = join(directory, "a file.txt");
  await writeFile(file, "content");
  const { stdout } = await run("pkg::file-processor", "--file", file, "--input", "input1=value", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    task: { status: "completed" },
    result: { name: "a file.txt", size_bytes: 7 },
  });
});

test("saves the files of a result, says where, and leaves older files alone", async () => {
  const out = join(directory, "sounds");
  const args = ["audio-lab::text-to-audio", "--input", "text=Hello", "--out", out];
  const first = await run(...args);
  const name = basename(JSON.parse(first.stdout).audio_address);
  expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining(`saved ${join(out, name)}\n`) });
  expect((await readFile(join(out, name))).subarray(0, 4).toString()).toBe("RIFF");
  const { saved } = JSON.parse((await run(...args, "--json")).stdout);
  expect(saved).toEqual([{ path: expect.stringContaining(`${out}/`), sizeBytes: expect.any(Number) }]);
  expect(saved[0].sizeBytes).toBeGreaterThan(1_000);
  expect(await readdir(out)).toHaveLength(2);
});

test("a result without files is said to have none, and makes no folder", async () => {
  const file = join(directory, "plain.txt");
  await writeFile(file, "content");
  const out = join(directory, "nothing");
  const { code, stderr, stdout } = await run("pkg::file-processor", "--file", file, "--out", out, "--json");
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("names no files") });
  expect(JSON.parse(stdout).saved).toEqual([]);
  await expect(readdir(out)).rejects.toThrow("ENOENT");
});

describe("bad input gets one clear sentence and a non-zero exit", () => {
  // Taken by nothing: below the range that systems give out.
  const nobody = "http://127.0.0.1:5/api";
  test.each<[string, number, RegExp, string[]]>([
    [
      "unknown block",
      2,
      /no block "text-to-adio".* Did you mean "text-to-audio"/,
      ["audio-lab::text-to-adio"],
    ],
    ["unknown package", 2, /nowhere/, ["nowhere::block"]],
    ["not a block id", 2, /expected "PACKAGE::BLOCK"/, ["text-to-audio"]],
    ["missing input", 2, /"text"/, ["audio-lab::text-to-audio"]],
    [
      "wrong type",
      2,
      /"speed".*integer/,
      ["audio-lab::text-to-audio", "--input", "text=a", "--input", "speed=fast"],
    ],
    [
      "unknown input",
      2,
      /"loudness"/,
      ["audio-lab::text-to-audio", "--input", "text=a", "--input", "loudness=1"],
    ],
    ["no server there", 3, /connection was refused/, ["a::b", "--base-url", nobody]],
    ["wrong token", 2, /401/, ["audio-lab::text-to-audio", "--api-token", "api-wrong-token"]],
    ["relative base URL", 2, /"\/api" is relative/, ["a::b", "--base-url", "/api"]],
    ["missing file", 2, /does not exist/, ["pkg::file-processor", "--file", "/nowhere/test.txt"]],
    ["a directory as file", 2, /is a directory/, ["pkg::file-processor", "--file", "/"]],
    ["failing block", 1, /blank|empty|nothing/i, ["audio-lab::text-to-audio", "--input", "text=  "]],
  ])("%s", async (_, code, message, args) => {
    const outcome = await run(...args);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toBe("");
    const sentences = outcome.stderr.split("\n").filter((line) => line.startsWith("error "));
    expect(sentences).toHaveLength(1);
    expect(outcome.stderr).not.toContain("    at ");
    expect(outcome.stderr).not.toContain("api-wrong-token");
  });

  test("an unknown flag", async () => {
    expect(await cli("blocks", "--nonsense")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--nonsense"),
    });
  });
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s stops the task on the server, which is said, and exits with 130",
  async (ending) => {
    const text = "A rather long sentence that takes its time to be spoken. ".repeat(2_000);
    const inputs = join(directory, "inputs.json");
    await writeFile(inputs, JSON.stringify({ text }));
    const args = ["--base-url", server.baseUrl, "--api-token", token, "--inputs-json", inputs];
    let taskId: string | undefined;
    let hasEnded = false;
    const outcome = await runProgram(cliFile, ["run", "audio-lab::text-to-audio", ...args], {
      onStart: (child) =>
        child.stderr?.on("data", (chunk: Buffer) => {
          taskId ??= /task (\S+)/.exec(chunk.toString())?.[1];
          if (!hasEnded && chunk.includes("progress")) hasEnded = child.kill(ending);
        }),
    });
    expect(outcome).toMatchObject({ code: 130, stderr: expect.stringContaining("Interrupted") });
    const headers = { authorization: token };
    await expect
      .poll(
        async () =>
          (await (await fetch(`${server.baseUrl}/v1/tasks/${taskId}`, { headers })).json()).task.status,
      )
      .toBe("stopped");
  },
);
