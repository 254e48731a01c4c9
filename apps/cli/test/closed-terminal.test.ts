import { writeFile } from "node:fs/promises";
import { spawn } from "@lydell/node-pty";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { blocksDirectory, cliFile, ownSettings } from "./helpers/run-program.ts";

test("on a terminal SIGHUP makes a server read its tokens again, until the terminal itself is closed", async () => {
  await using folder = await createTemporaryFolder();
  const file = folder.file("tokens");
  await writeFile(file, "first\n");
  const flags = ["--packages", blocksDirectory, "--data", folder.file("data"), "--token-file", file];
  const args = [...process.execArgv, cliFile, "serve", "--port", "0", ...flags];
  const terminal = spawn(process.execPath, args, { cols: 200, rows: 30, env: ownSettings() });
  try {
    let screen = "";
    terminal.onData((chunk) => {
      screen += chunk;
    });
    const address = () => /listening on (\S+\/api)/.exec(screen)?.[1];
    await expect.poll(address).toBeDefined();
    const ask = async (authorization: string) =>
      (await fetch(`${address()}/v1/blocks`, { headers: { authorization } })).status;
    expect(await ask("first")).toBe(200);
    await writeFile(file, "second\n");
    process.kill(terminal.pid, "SIGHUP");
    await expect.poll(() => ask("second")).toBe(200);
    expect(await ask("first")).toBe(401);
    // Its type names only what all systems have.
    (terminal as typeof terminal & { destroy(): void }).destroy();
    await expect.poll(() => isThere(terminal.pid)).toBe(false);
  } finally {
    if (isThere(terminal.pid)) process.kill(terminal.pid, "SIGKILL");
  }
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
