import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, onTestFinished, test, vi } from "vitest";
import { openTestServer } from "./open-test-server.ts";
import { waitUntilGone } from "./processes.ts";

/** A package whose executor notes its process and then does `what`, which is not what an executor does. */
async function openPackage(what: string) {
  const folder = await createTemporaryFolder();
  const [program, started] = [folder.file("bin/strange-executor"), folder.file("started")];
  const files = {
    "bin/strange-executor": `#!/bin/sh\necho $$ >> '${started}'\n${what}\n`,
    "packages/strange/package.oo.yaml": "name: strange\nversion: 1.0.0\n",
    "packages/strange/tasks/run/task.oo.yaml": "executor: { name: strange }\ninputs_def: []\n",
  };
  for (const directory of ["bin", "packages/strange/tasks/run"])
    await mkdir(folder.file(directory), { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(folder.file(file), text);
  await chmod(program, 0o755);
  vi.stubEnv("PATH", `${folder.file("bin")}${delimiter}${process.env.PATH}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const pids = async () =>
    existsSync(started) ? (await readFile(started, "utf8")).split("\n").filter(Boolean).map(Number) : [];
  return {
    packages: [folder.file("packages")],
    pids,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test.each(["process", "caller"] as const)(
  "one that never gets ready is ended, and may be tried again (isolation: %s)",
  async (isolation) => {
    await using strange = await openPackage("exec sleep 600");
    await using server = await openTestServer({
      packages: strange.packages,
      isolation,
      spareExecutors: 1,
      executorReadyTimeoutMs: 200,
    });
    const fail = async () =>
      expect(await server.waitForEnd(await server.start("strange::run"))).toMatchObject({ status: "failed" });
    await fail();
    // The second is started ahead.
    await expect.poll(strange.pids, { timeout: 10_000 }).toHaveLength(2);
    await waitUntilGone(await strange.pids(), 10_000);
    await fail();
    await expect.poll(strange.pids, { timeout: 10_000 }).toHaveLength(4);
    await waitUntilGone(await strange.pids(), 10_000);
  },
);

test("one that ends before it is ready does not stand by", async () => {
  await using strange = await openPackage("exit 0");
  await using server = await openTestServer({
    packages: strange.packages,
    isolation: "process",
    spareExecutors: 1,
  });
  await server.waitForEnd(await server.start("strange::run"));
  await expect.poll(strange.pids, { timeout: 10_000 }).toHaveLength(2);
  await waitUntilGone(await strange.pids(), 10_000);
  await expect
    .poll(async () => (await fetch(new URL("/metrics", server.url))).text(), { timeout: 10_000 })
    .toMatch(/connect_executors_retired_total\{reason="unready"\} 1/);
});
