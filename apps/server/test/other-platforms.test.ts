import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { findProgram } from "@oomol/connect-shared/find-program";
import { afterEach, expect, test, vi } from "vitest";
import { executorEnvironment } from "../src/processes/executor-environment.ts";
import { listDescendants } from "../src/processes/process-tree.ts";
import { makeDataDirectory } from "./open-test-server.ts";

const { platform } = process;

function pretendToRunOn(other: NodeJS.Platform): void {
  Object.defineProperty(process, "platform", { value: other });
}

afterEach(() => {
  Object.defineProperty(process, "platform", { value: platform });
  vi.unstubAllEnvs();
});

test("on Windows an executor gets the Path, whatever the case of its name, and no token", () => {
  const environment = {
    Path: "C:\\bin",
    ComSpec: "C:\\cmd.exe",
    Mine: "kept",
    oomol_connect_api_token: "secret",
    Other: "dropped",
  };
  const seen = executorEnvironment(environment, "C:\\data", ["MINE"], "win32");
  expect(seen).toEqual({
    Path: "C:\\bin",
    ComSpec: "C:\\cmd.exe",
    Mine: "kept",
    IS_FORKED: "1",
    OOCANA_PKG_DIR: "C:\\data",
  });
});

test("elsewhere the case of a name counts", () => {
  const environment = { Path: "/not/it", PATH: "/bin", MINE: "1", mine: "2" };
  expect(executorEnvironment(environment, "/data", ["mine"], "linux")).toEqual({
    PATH: "/bin",
    mine: "2",
    IS_FORKED: "1",
    OOCANA_PKG_DIR: "/data",
  });
});

test("on Windows a program is found by the endings of PATHEXT, in their order", async () => {
  await using directory = await makeDataDirectory();
  for (const name of ["python-executor", "python-executor.cmd", "python-executor.exe"]) {
    await writeFile(join(directory.path, name), "");
    await chmod(join(directory.path, name), 0o755);
  }
  const path = ["", directory.path].join(delimiter);
  vi.stubEnv("PATHEXT", ".COM;.EXE;.CMD");
  pretendToRunOn("win32");
  expect(await findProgram("python-executor", path)).toBe(join(directory.path, "python-executor.exe"));
  vi.stubEnv("PATHEXT", ".CMD;.EXE");
  expect(await findProgram("python-executor", path)).toBe(join(directory.path, "python-executor.cmd"));
  vi.stubEnv("PATHEXT", ".PY");
  expect(await findProgram("python-executor", path)).toBeUndefined();
});

// Not on Windows, whose taskkill knows the tree itself.
test.skipIf(!existsSync("/bin/ps"))(
  "what a process has started is told by ps where there is no /proc",
  async () => {
    const program = `const { spawn } = require("node:child_process");
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
    process.send(child.pid); process.on("disconnect", () => process.exit());`;
    const parent: ChildProcess = spawn(process.execPath, ["-e", program], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const [grandchild] = await once(parent, "message");
    pretendToRunOn("darwin");
    expect(listDescendants(process.pid)).toEqual(expect.arrayContaining([parent.pid, grandchild]));
    expect(listDescendants(parent.pid ?? 0)).toEqual([grandchild]);
    parent.disconnect();
    await once(parent, "exit");
  },
);
