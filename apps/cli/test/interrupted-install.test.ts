import type { ChildProcess } from "node:child_process";
import { expect, test } from "vitest";
import { listenOnLoopback } from "./helpers/listen-on-loopback.ts";
import { cliFile, runProgram } from "./helpers/run-program.ts";
import { startTestServer } from "./helpers/start-test-server.ts";

test("an install says what it is at; Ctrl-C cancels it on the server, says so, and exits with 130", async () => {
  const integrity = `sha512-${"A".repeat(86)}==`;
  await using registry = await listenOnLoopback(({ url, headers }, answer) => {
    if (url !== "/slow") return; // the archive never comes
    const dist = { tarball: `http://${headers.host}/slow.tgz`, integrity };
    const versions = { "1.0.0": { name: "slow", version: "1.0.0", dist } };
    answer.end(JSON.stringify({ name: "slow", "dist-tags": { latest: "1.0.0" }, versions }));
  });
  await using server = await startTestServer(["--registry", registry.url]);
  let seen = "";
  const interrupt = (child: ChildProcess) =>
    child.stderr?.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen === "downloading slow@1.0.0\n") child.kill("SIGINT");
    });
  const install = ["install", "slow@1.0.0", "--base-url", server.baseUrl];
  expect(await runProgram(cliFile, install, { onStart: interrupt })).toMatchObject({
    code: 130,
    stdout: "",
    stderr: expect.stringContaining("Interrupted; the installation is being cancelled."),
  });
  const { tasks } = await (await fetch(`${server.baseUrl}/packages/install`)).json();
  expect(tasks).toMatchObject([{ name: "slow", status: "failed", error: "The install was cancelled." }]);
});
