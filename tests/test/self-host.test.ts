import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { OomolConnectClient } from "@oomol/connect-node";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { findOrInstall } from "@oomol/test-helpers/find-or-install";
import { startConnectServer } from "@oomol/test-server";
import { expect, test } from "vitest";
import { adapted } from "./helpers/adapted.ts";
import { snippetsOf } from "./helpers/documents.ts";

const run = promisify(execFile);
const snippets = snippetsOf("docs/guides/self-host.md");

/** The one command of the guide that begins so, for other folders than the guide's. */
function commandOf(start: string, folders: Record<string, string>): string {
  const lines = snippets.flatMap(({ language, code }) => (language === "sh" ? code.split("\n") : []));
  const [found = "", ...others] = lines.filter((line) => line.startsWith(start));
  expect([start, found === "", others]).toEqual([start, false, []]);
  return adapted(found, folders);
}

test("a backup that is made and restored as the guide says has every task and its files", async () => {
  await using folder = await createTemporaryFolder();
  const data = folder.file("data");
  const backup = folder.file("connect.tar.gz");
  const folders = { "/var/lib/connect": data, "/var/backups/connect.tar.gz": backup };
  const inShell = (command: string) => run("sh", ["-c", command]);
  const open = () => startConnectServer({ data });
  let id = "";
  {
    await using server = await open();
    await using client = new OomolConnectClient({ baseUrl: server.url });
    const { taskId } = await client.tasks.run({
      blockId: "pkg::multi-file-processor",
      files: [new File(["one"], "one.txt"), new File(["two"], "two.txt")],
    });
    id = taskId;
  }
  await inShell(commandOf("tar --create", folders));
  // What came after the backup, and the damage for which one is there.
  await writeFile(join(data, "connect.db"), "damaged");
  await mkdir(join(data, "sessions", "stray"));
  await inShell(commandOf("find ", { "/var/lib/connect": data }));
  await inShell(commandOf("tar --extract", folders));
  expect(existsSync(join(data, "sessions", "stray"))).toBe(false);
  await using server = await open();
  await using client = new OomolConnectClient({ baseUrl: server.url });
  const { task } = await client.tasks.get(id);
  expect(task.status).toBe("completed");
  const { result } = await client.tasks.attach(id).result();
  const [zip] = Object.values(result).filter((value) => String(value).endsWith(".zip"));
  const file = await client.tasks.download(id, String(zip));
  expect((await file.blob()).size).toBeGreaterThan(100);
});

test("systemd takes the unit of the guide", { timeout: 60_000 }, async () => {
  const program = findOrInstall({
    names: ["systemd-analyze"],
    wellKnown: ["/usr/bin/systemd-analyze"],
    debianPackage: "systemd",
    advice: "This test needs systemd-analyze, which comes with systemd: it runs on Linux only.",
  });
  await using folder = await createTemporaryFolder();
  const unit = snippets.find(({ language }) => language === "ini")?.code ?? "";
  const place = folder.file("connect.service");
  await writeFile(place, unit.replace("/usr/local/bin/connect-server", process.execPath));
  expect(unit).toContain("ExecStart=/usr/local/bin/connect-server ");
  expect(await run(program, ["verify", place])).toMatchObject({ stderr: "" });
  await writeFile(place, unit.replace("/usr/local/bin/connect-server", "/nowhere/connect-server"));
  await expect(run(program, ["verify", place])).rejects.toThrow("/nowhere/connect-server is not executable");
});
