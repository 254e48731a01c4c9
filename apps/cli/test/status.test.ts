import { writeFile } from "node:fs/promises";
import type { ServerStatus } from "@oomol/connect-core";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";
import { expect, test } from "vitest";
import { describeStatus } from "../src/describe-status.ts";
import { listenOnLoopback } from "./helpers/listen-on-loopback.ts";
import { cliFile, runProgram } from "./helpers/run-program.ts";
import { startTestServer } from "./helpers/start-test-server.ts";

test("status shows people how a server is", async () => {
  await using server = await startTestServer();
  const failed = await server.cli("run", "audio-lab::text-to-audio", "-i", "text= ");
  expect(failed.code).toBe(1);
  const { code, stdout, stderr } = await server.cli("status");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^server +\S+, embedded, Node\.js \d\S+, SQLite \d\S+, up for \d+ (sec|min)$/m);
  expect(stdout).toMatch(/^queue +0 waiting, 0 running$/m);
  expect(stdout).toMatch(/^processes +\d busy, \d warm, \d cold/m);
  expect(stdout).toMatch(/^disk +database \S+ kB, files .* free$/m);
  expect(stdout).toMatch(
    /^here {2}\S+ {2}\S+ {2}0 of \d+ places taken {2}seen 0 sec ago {2}audio-lab 0\.1\.0/m,
  );
  expect(stdout).toMatch(/^audio-lab::text-to-audio {2}1 {2}last 20/m);
});

test("status says why it is not given: to a role that may not see it, and by a server that has none", async () => {
  await using folder = await createTemporaryFolder();
  const tokens = folder.file("tokens");
  await writeFile(tokens, '{ name: ann, token: "ann-1", roles: [run] }\n');
  await writeFile(folder.file("own"), "ann-1\n");
  await using server = await startTestServer(["--token-file", tokens]);
  const refused = await server.cli("status", "--api-token-file", folder.file("own"));
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toContain("needs the role admin, and it has run");

  await using field = await listenOnLoopback(fakeHandler(new FakeConnectServer()));
  const unknown = await runProgram(cliFile, ["status", "--base-url", `${field.url}/api`]);
  expect(unknown).toMatchObject({ code: 2, stdout: "" });
  expect(unknown.stderr).toContain("This server gives no status");
});

test("status tells of a cluster, and prints nothing that moves the cursor", () => {
  const minute = 60_000;
  const readAt = 100 * minute;
  const worker = { slots: 4, packages: [], packageCount: 0, seenAt: readAt - minute, isLive: false };
  const packages = ["a", "b", "c", "d", "e"].map((name) => ({ name, version: "1.0.0" }));
  const status: ServerStatus = {
    readAt,
    startedAt: 0,
    kind: "cluster",
    versions: { server: "1.2.3", node: "26.0.0", database: "PostgreSQL 15.4" },
    queue: {
      pending: 2,
      running: 1,
      oldest: {
        taskId: "t-1",
        blockId: "a::b\u001b[2J",
        createdAt: readAt - 3 * minute,
        reason: "All are\u0007 busy.",
      },
    },
    workers: [
      {
        ...worker,
        id: "w-1",
        host: "one",
        version: "1.2.3",
        isLive: true,
        running: 1,
        packages,
        packageCount: 9,
      },
      { ...worker, id: "w-2" },
    ],
    moreWorkers: 3,
    executors: { busy: 1, warm: 2, cold: 0, retired: { idle: 4, unclean: 1 } },
    disk: { databaseBytes: 1_500_000 },
    failures: {
      since: 0,
      total: 10_000,
      isPartial: true,
      blocks: [{ blockId: "a::b", count: 9, lastAt: 0 }],
    },
  };
  const lines = describeStatus(status, process.stdout).split("\n");
  expect(lines.slice(0, 12)).toEqual([
    "server         1.2.3, cluster, Node.js 26.0.0, PostgreSQL 15.4, up for 1 hr",
    "queue          2 waiting, 1 running",
    "waits longest  a::b (t-1) for 3 min: All are busy.",
    "processes      1 busy, 2 warm, 0 cold; sent away: 4 idle, 1 unclean",
    "disk           database 1.5 MB",
    "failures       10000 or more in the last 24 hours",
    "",
    "Workers",
    "here  one  1.2.3  1 of 4 places taken  seen 1 min ago  a 1.0.0, b 1.0.0, c 1.0.0, d 1.0.0, 5 more",
    "gone  w-2  older  ? of 4 places taken  seen 1 min ago",
    "and 3 more",
    "",
  ]);
  expect(lines.slice(12, 14)).toEqual([
    "Failed in the last 24 hours",
    expect.stringMatching(/^a::b {2}9 {2}last /),
  ]);
});
