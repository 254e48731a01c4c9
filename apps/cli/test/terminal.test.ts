import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runInTerminal } from "./helpers/run-in-terminal.ts";
import { cliFile, fixturesDirectory, runProgram } from "./helpers/run-program.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer(["--packages", fixturesDirectory]);
});

afterAll(() => server[Symbol.asyncDispose]());

const run = (...args: string[]) => ["run", "--base-url", server.baseUrl, ...args];
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const colour = /\x1b\[\d+m/;

test("a terminal gets colours and a bar", async () => {
  const { code, screen } = await runInTerminal(run("audio-lab::text-to-audio", "-i", "text=Hello"));
  expect(code).toBe(0);
  expect(screen).toMatch(colour);
  expect(stripVTControlCharacters(screen)).toMatch(/█{28} +100 % {2}completed {2}\d/);
});

test.for([
  ["run", "audio-lab::text-to-audio", "-i", "text=Hello"],
  ["run", "audio-lab::text-to-audio", "-i", "text= "],
  ["blocks"],
  ["doctor"],
])("no terminal gets neither from %j", async ([command = "", ...args]) => {
  const flags = [command, "--base-url", server.baseUrl, ...args];
  const { stdout, stderr } = await runProgram(cliFile, flags, { env: { NO_COLOR: "" } });
  expect(stdout + stderr).not.toContain("\x1b");
  expect(stdout + stderr).not.toContain("█");
});

test("NO_COLOR is heeded on a terminal", async () => {
  const env = { NO_COLOR: "1" };
  const { screen } = await runInTerminal(run("audio-lab::text-to-audio", "-i", "text=Hello"), { env });
  expect(screen).not.toMatch(colour);
});

test("the bar shows how much of a file has been sent", async () => {
  const file = join(server.directory, "large.bin");
  await writeFile(file, Buffer.alloc(60_000_000));
  const { code, screen } = await runInTerminal(run("pkg::file-processor", "--file", file));
  expect(code).toBe(0);
  const shares = [...stripVTControlCharacters(screen).matchAll(/(\d+) % {2}sending large\.bin/g)];
  expect(shares.length).toBeGreaterThan(0);
});

test("Ctrl-C stops the task, says so and exits with 130", async () => {
  const { code, screen } = await runInTerminal(run("look::wait"), {
    onScreen: once("waiting for its end", (terminal) => terminal.write("\x03")),
  });
  expect(code).toBe(130);
  expect(stripVTControlCharacters(screen)).toContain("Interrupted; the task is being stopped.");
  const [newest] = JSON.parse((await server.cli("tasks", "--json")).stdout);
  expect(newest).toMatchObject({ status: "stopped", manifest_path: "look::wait" });
  // The cursor that the bar has hidden is shown again.
  expect(screen.lastIndexOf("\x1b[?25h")).toBeGreaterThan(screen.lastIndexOf("\x1b[?25l"));
});

test.for([
  ["iTerm2's", { TERM_PROGRAM: "iTerm.app", TERM_PROGRAM_VERSION: "3.5.0" }, "\x1b]1337;File="],
  ["kitty's", { TERM: "xterm-kitty", KITTY_WINDOW_ID: "1" }, "\x1b_Ga=T,f=100,"],
] as const)("a picture is drawn by %s protocol on a terminal that has it", async ([, env, start]) => {
  const { code, screen } = await runInTerminal(run("look::picture"), { env: { ...noTerminal, ...env } });
  expect(code).toBe(0);
  expect(screen).toContain(start);
});

test("a picture that is a file of the task is fetched and drawn, and one that is lost is said to be", async () => {
  const env = { ...noTerminal, TERM_PROGRAM: "iTerm.app", TERM_PROGRAM_VERSION: "3.5.0" };
  const { code, screen } = await runInTerminal(run("look::drawing"), { env });
  expect(code).toBe(0);
  const drawn = /]1337;File=[^:]*:([\w+/=]+)/.exec(screen)?.[1] ?? "";
  expect(Buffer.from(drawn, "base64").subarray(1, 4).toString()).toBe("PNG");
  expect(stripVTControlCharacters(screen)).toMatch(/A picture could not be shown: .*lost\.png/s);
});

test("no picture is drawn on a terminal that knows no protocol", async () => {
  const { code, screen } = await runInTerminal(run("look::picture"), { env: noTerminal });
  expect(code).toBe(0);
  expect(screen).not.toContain("\x1b]1337");
  expect(screen).not.toContain("\x1b_G");
});

/** None of what terminals tell of themselves. */
const noTerminal = {
  TERM_PROGRAM: "",
  TERM_PROGRAM_VERSION: "",
  LC_TERMINAL: "",
  KONSOLE_VERSION: "",
  KITTY_WINDOW_ID: "",
  KITTY_PID: "",
  GHOSTTY_RESOURCES_DIR: "",
  WEZTERM_PANE: "",
  WEZTERM_UNIX_SOCKET: "",
};

function once<Terminal>(words: string, act: (terminal: Terminal) => void) {
  let isDone = false;
  return (screen: string, terminal: Terminal) => {
    if (isDone || !screen.includes(words)) return;
    isDone = true;
    act(terminal);
  };
}
