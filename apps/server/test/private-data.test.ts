import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { idOf, makeDataDirectory } from "./open-test-server.ts";
import { startProgram } from "./start-program.ts";

const onPosix = test.skipIf(process.platform === "win32");

/** Every file and folder that others of this machine may read or write, with its mode. */
function openToOthers(folder: string): string[] {
  const below = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  const modes = [folder, ...below].map((path) => [path, lstatSync(path)] as const);
  return modes
    .filter(([, found]) => !found.isSymbolicLink() && (found.mode & 0o077) !== 0)
    .map(([path, { mode }]) => `${path} ${(mode & 0o777).toString(8)}`);
}

onPosix("what the server and its blocks write is for its user alone, whatever the umask", async () => {
  await using data = await makeDataDirectory();
  const path = join(data.path, "new", "data");
  const umask = process.umask(0o000); // inherited by what is started
  await using server = await startProgram(["--data", path, "--spare-executors", "1"]);
  process.umask(umask);
  const id = await idOf(await server.client.upload("lab::one-file", [new File(["x"], "x.txt")]));
  expect(await server.client.waitForEnd(id)).toMatchObject({ status: "completed" });
  const made = await server.client.start("lab::make-files", { files: { "a/b.txt": "x" }, links: {} });
  await server.client.waitForEnd(made);
  expect(readdirSync(path)).toEqual(expect.arrayContaining(["connect.db", "sessions", "uploads"]));
  expect(openToOthers(path)).toEqual([]);
});

onPosix("what an earlier version left open is closed at the start, with a line in the log", async () => {
  await using data = await makeDataDirectory();
  const flags = ["--data", data.path, "--spare-executors", "0"];
  await using first = await startProgram(flags);
  const id = await first.client.start("lab::make-files", { files: { "a.txt": "x" }, links: {} });
  await first.client.waitForEnd(id);
  first.child.kill("SIGTERM");
  await first.exited;
  await mkdir(join(data.path, "packages"));
  const session = join(data.path, "sessions", readdirSync(join(data.path, "sessions"))[0] ?? "");
  const folders = [
    data.path,
    ...["sessions", "packages", "package-data"].map((name) => join(data.path, name)),
  ];
  for (const folder of [...folders, session]) chmodSync(folder, 0o755);
  chmodSync(join(data.path, "connect.db"), 0o644);

  await using second = await startProgram(flags);
  expect(openToOthers(data.path)).toEqual([]);
  const lines = second.output.stderr
    .split("\n")
    .filter((line) => line.includes("can no longer read the data"));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 40, count: 6 }]);
  second.child.kill("SIGTERM");
  await second.exited;
  await using third = await startProgram(flags);
  expect(third.output.stderr).not.toContain("can no longer read the data");
});
